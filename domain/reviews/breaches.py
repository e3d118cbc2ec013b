"""Breaches: a violation of a rule by a recorded fact is recorded; the fact is not refused."""

from collections.abc import Iterator
from typing import Literal

from domain.command import CommandContext
from domain.controls.control import EvaluationContext
from domain.controls.evaluation import Result, evaluate
from domain.event import Recorded
from domain.lifecycle import Point, SupportingFunction
from domain.state.project import Project, ProjectEvent
from domain.values import EventId, Key, Version


class BreachRecorded(ProjectEvent, kind="breach.recorded/1", function=SupportingFunction.REVIEW):
    """Something happened in violation of a rule: what, and which controls are not met.

    `settles` names an earlier breach that this event completes (such as a late sign-off); it is not a further breach.
    """

    act: Key
    version: Version
    results: tuple[Result, ...]
    cause: Literal["observed-import", "reported-after-the-fact", "duty-conflict-refused"]
    settles: EventId | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.gates.breaches += self.settles is None
        project.facts.keep(self.act, recorded)


def evaluation_context(project: Project, point: Point, context: CommandContext) -> EvaluationContext:
    """The evaluation context of the controls at a point for this command."""
    c = context
    return EvaluationContext(project, c.policy, c.rulebook, point, c.now, c.who, auth=c.auth)


def breaches_of(project: Project, point: Point, context: CommandContext) -> Iterator[ProjectEvent]:
    """The breach that the newest event of a project causes, if any."""
    broken = tuple(result for result in evaluate(evaluation_context(project, point, context)) if result.blocks)
    if broken:
        cause: Literal["observed-import", "reported-after-the-fact"] = (
            "observed-import" if project.imported else "reported-after-the-fact"
        )
        yield BreachRecorded(act=point, version=project.version, results=broken, cause=cause)
