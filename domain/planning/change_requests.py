"""Change requests: changes to what was agreed are asked for, and decided by somebody else."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent, ProjectFact
from domain.state.project_status import must_be_alive
from domain.values import Key, Money, Person, Text, Whole

Parts = Annotated[tuple[Key, ...], Field(max_length=100)]
"""Ids of features or requirements; more than a hundred at once are several requests."""

DECIDERS = ("change-manager", "solution-manager")
"""Who decides where the policy names nobody for it (MOF 4.0, Change and Configuration SMF)."""


class ChangeRequestRaised(
    ProjectFact,
    kind="change-request.raised/1",
    function=Phase.PLANNING,
    command="raise-change-request",
    part="request",
    evidence=(Gate.BUILD_COMPLETED, Gate.RELEASE_READY),
):
    """Someone asks to change what was agreed: what comes in, what goes out, and what that costs (rule 13)."""

    request: Key
    about: Literal["scope", "requirement", "date", "budget", "discipline", "category"]
    adds: Parts = ()
    removes: Parts = ()
    impact_days: Whole | None = None
    impact_money: Money | None = None
    impact_risk: Text | None = None
    asked_by: Person | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        decided = project.facts.latest(ChangeRequestDecided, self.request)
        if decided:
            outcome = decided.event.outcome
            raise Rejected(f"request: {self.request} was {outcome} already: raise this as another request")


class ChangeRequestDecided(ProjectEvent, kind="change-request.decided/1", function=Phase.PLANNING):
    """A change request was approved or refused; `next_release` puts what it adds off to the next one (rule 13)."""

    request: Key
    outcome: Literal["approved", "refused"]
    next_release: bool = False

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(self.request, recorded)


class DecideChangeRequest(ProjectCommand, function=Phase.PLANNING):
    """Approve or refuse a change request that somebody else asked for. That is final: what follows is a new request."""

    request: Key
    outcome: Literal["approved", "refused"]
    next_release: bool = False
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        raised = state.facts.latest(ChangeRequestRaised, self.request)
        if raised is None:
            raise Rejected(f"request: nobody raised a change request {self.request}: raise it first")
        decided = state.facts.latest(ChangeRequestDecided, self.request)
        event = ChangeRequestDecided(**{name: getattr(self, name) for name in type(self).model_fields})
        if decided and decided.event == event:
            return
        if decided:
            raise Rejected(f"request: {self.request} was {decided.event.outcome} already: raise another request")
        if context.who in (raised.who, raised.event.asked_by):
            raise Rejected(f"{context.who} asked for {self.request}: someone else has to decide it")
        roles = context.policy.authorities_for("decide-change-request", state.column) or DECIDERS
        role = acting_as(state, context, roles, f"to decide change request {self.request}")
        yield DecidedEvent(event, role)


def approved_changes(project: Project) -> list[tuple[Recorded[ChangeRequestRaised], Recorded[ChangeRequestDecided]]]:
    """The change requests that were approved, each with its decision, by the order of decision."""
    raised = project.facts.parts(ChangeRequestRaised)
    decided = sorted(project.facts.parts(ChangeRequestDecided).values(), key=lambda decision: decision.version)
    approved = [decision for decision in decided if decision.event.outcome == "approved"]
    return [(raised[d.event.request], d) for d in approved if d.event.request in raised]


def removed_by_change(project: Project) -> dict[str, int]:
    """What approved changes took out of this release: ids of features and requirements, with the decision's version.

    An approved change takes out what it removes; one for the next release puts off what it adds instead.
    """
    return {
        part: decided.version
        for raised, decided in approved_changes(project)
        for part in (raised.event.adds if decided.event.next_release else raised.event.removes)
    }
