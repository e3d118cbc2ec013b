"""Holds and cancellation of projects."""

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
    """The project was put on hold for an external cause; this time is not counted as delay. `review` deferred it."""

    cause: HoldCause
    expected_until: Day | None = None
    review: Key | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.held_since = project.entry.held_since or recorded.measured_at
        project.facts.keep("", recorded)


class HoldProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Put a project on hold, or update the cause and end of its hold."""

    cause: HoldCause
    expected_until: Day | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        _must_not_be_deployed(state)
        role = _acting_role(state, "hold", "put this project on hold", context)
        held = ProjectHeld(cause=self.cause, expected_until=self.expected_until, reason=self.reason)
        last = state.facts.latest(ProjectHeld)
        if state.entry.held_since is None or (last and last.event != held):
            yield DecidedEvent(held, role)


class ProjectResumed(ProjectEvent, kind="project.resumed/1", function=SupportingFunction.PORTFOLIO):
    """The project was resumed after a hold."""

    changed_meanwhile: Annotated[tuple[Name, ...], Field(max_length=100)] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.held_since = None
        project.facts.keep("", recorded)


class ResumeProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Resume a project on hold. Whoever may put it on hold may resume it."""

    changed_meanwhile: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if state.facts.latest(ProjectHeld) is None:
            raise Rejected("the project can't be resumed: it was never put on hold")
        role = _acting_role(state, "hold", "resume this project", context)
        if state.entry.held_since:
            yield DecidedEvent(ProjectResumed(changed_meanwhile=self.changed_meanwhile, reason=self.reason), role)


class ProjectCancelled(ProjectEvent, kind="project.cancelled/1", function=SupportingFunction.PORTFOLIO):
    """The project was cancelled: cause and disposal of the work. A cancellation is final."""

    cause: CancelCause
    disposal: Text | None = None
    superseded_by: Key | None = None
    review: Key | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.cancelled = True
        project.entry.held_since = None
        project.facts.keep("", recorded)


class CancelProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Cancel a project, which is final, and state the disposal of its work."""

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
            raise Rejected(
                "superseded_by: give the succeeding project if the cause is superseded, and leave it out otherwise"
            )
        role = _acting_role(state, "cancel", "cancel this project", context)
        yield DecidedEvent(event, role)


def _must_not_be_deployed(project: Project) -> None:
    if project.gates.passed(Gate.DEPLOYED):
        raise Rejected("the project is deployed and finished; reverse that decision first (reverse-review)")


def _acting_role(project: Project, act: str, what: str, context: CommandContext) -> str | None:
    """The role in which this person acts; the role that they named if the policy restricts the act to no role.

    Raises `Rejected` if the policy restricts the act to roles in this column and this person holds none of them.
    """
    roles = context.policy.authorities_for(act, project.column)
    return acting_as(project, context, roles, what) if roles else context.role
