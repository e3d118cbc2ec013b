"""Pauses and the end: a project is held, resumed, or cancelled for good."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, SupportingFunction
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.project_status import must_be_alive
from domain.values import Day, Key, Name, Text

HoldCause = Literal["funding", "dependency", "priority", "risk", "other"]
CancelCause = Literal["rejected", "withdrawn", "superseded", "no-value", "failed"]


class ProjectHeld(ProjectEvent, kind="project.held/1", function=SupportingFunction.PORTFOLIO):
    """Work waits for something outside the project, so this time is nobody's delay; `review` is what put it off."""

    cause: HoldCause
    expected_until: Day | None = None
    review: Key | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.held_since = project.entry.held_since or recorded.measured_at
        project.facts.keep("", recorded)


class HoldProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Hold a project, or say anew why and until when it is held."""

    cause: HoldCause
    expected_until: Day | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        _must_not_be_deployed(state)
        role = _acting_role(state, "hold", "to hold this project", context)
        held = ProjectHeld(cause=self.cause, expected_until=self.expected_until, reason=self.reason)
        last = state.facts.latest(ProjectHeld)
        if state.entry.held_since is None or (last and last.event != held):
            yield DecidedEvent(held, role)


class ProjectResumed(ProjectEvent, kind="project.resumed/1", function=SupportingFunction.PORTFOLIO):
    """Work goes on, after what changed meanwhile."""

    changed_meanwhile: Annotated[tuple[Name, ...], Field(max_length=100)] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.held_since = None
        project.facts.keep("", recorded)


class ResumeProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Let work go on. Who may hold may resume."""

    changed_meanwhile: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if state.facts.latest(ProjectHeld) is None:
            raise Rejected("the project was never held: there is nothing to resume")
        role = _acting_role(state, "hold", "to resume this project", context)
        if state.entry.held_since:
            yield DecidedEvent(ProjectResumed(changed_meanwhile=self.changed_meanwhile, reason=self.reason), role)


class ProjectCancelled(ProjectEvent, kind="project.cancelled/1", function=SupportingFunction.PORTFOLIO):
    """The end without deployment: why, and what becomes of the work. Nothing brings a cancelled project back."""

    cause: CancelCause
    disposal: Text | None = None
    superseded_by: Key | None = None
    review: Key | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.cancelled = True
        project.entry.held_since = None
        project.facts.keep("", recorded)


class CancelProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Cancel a project for good, and say what becomes of the work done."""

    cause: CancelCause
    disposal: Text
    superseded_by: Key | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        event = ProjectCancelled(**{name: getattr(self, name) for name in type(self).model_fields})
        last = state.facts.latest(ProjectCancelled)
        if last and last.event == event:
            return
        must_be_alive(state)
        _must_not_be_deployed(state)
        if (self.cause == "superseded") != (self.superseded_by is not None):
            raise Rejected("superseded_by: name the project that takes over, with the cause superseded alone")
        role = _acting_role(state, "cancel", "to cancel this project", context)
        yield DecidedEvent(event, role)


def _must_not_be_deployed(project: Project) -> None:
    if project.gates.passed(Gate.DEPLOYED):
        raise Rejected("the project is deployed: it is over, unless that decision is reversed")


def _acting_role(project: Project, act: str, what: str, context: CommandContext) -> str | None:
    """The role in which this person does an act; the role that they named where the policy keeps it to no role.

    Raises `Rejected` where the policy keeps the act to roles in this column, and this person holds none of them.
    """
    roles = context.policy.authorities_for(act, project.column)
    return acting_as(project, context, roles, what) if roles else context.role
