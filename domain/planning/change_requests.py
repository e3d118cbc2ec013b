"""Change requests: changes of agreed scope, dates or cost, decided by another person than the requester."""

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
"""Ids of features or requirements; at most a hundred in one request."""

DECIDERS = ("change-manager", "solution-manager")
"""The roles that decide if the policy names none (MOF 4.0, Change and Configuration SMF)."""


class ChangeRequestRaised(
    ProjectFact,
    kind="change-request.raised/1",
    function=Phase.PLANNING,
    command="raise-change-request",
    part="request",
    evidence=(Gate.BUILD_COMPLETED, Gate.RELEASE_READY),
):
    """A change of the agreed scope was requested: additions, removals and their impact (rule 13)."""

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
            raise Rejected(
                f"request: change request {self.request} is already {outcome}; raise a new request under another id"
            )


class ChangeRequestDecided(ProjectEvent, kind="change-request.decided/1", function=Phase.PLANNING):
    """A change request was approved or refused; `next_release` moves its additions to the next release (rule 13)."""

    request: Key
    outcome: Literal["approved", "refused"]
    next_release: bool = False

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(self.request, recorded)


class DecideChangeRequest(ProjectCommand, function=Phase.PLANNING):
    """Approve or refuse another person's change request. The decision is final: raise a new request to change it."""

    request: Key
    outcome: Literal["approved", "refused"]
    next_release: bool = False
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        raised = state.facts.latest(ChangeRequestRaised, self.request)
        if raised is None:
            raise Rejected(f"request: there is no change request {self.request}; raise it first (raise-change-request)")
        decided = state.facts.latest(ChangeRequestDecided, self.request)
        event = ChangeRequestDecided(**{name: getattr(self, name) for name in type(self).model_fields})
        if decided and decided.event == event:
            return
        if decided:
            raise Rejected(
                f"request: change request {self.request} is already {decided.event.outcome}; raise a new request"
            )
        if context.who in (raised.who, raised.event.asked_by):
            raise Rejected(
                f"request: {context.who} asked for {self.request} and can't decide it; another person must decide it"
            )
        roles = context.policy.authorities_for("decide-change-request", state.column) or DECIDERS
        role = acting_as(state, context, roles, f"decide change request {self.request}")
        yield DecidedEvent(event, role)


def approved_changes(project: Project) -> list[tuple[Recorded[ChangeRequestRaised], Recorded[ChangeRequestDecided]]]:
    """The approved change requests, each with its decision, in the order of decisions."""
    raised = project.facts.parts(ChangeRequestRaised)
    decided = sorted(project.facts.parts(ChangeRequestDecided).values(), key=lambda decision: decision.version)
    approved = [decision for decision in decided if decision.event.outcome == "approved"]
    return [(raised[d.event.request], d) for d in approved if d.event.request in raised]


def removed_by_change(project: Project) -> dict[str, int]:
    """The ids of features and requirements that approved changes removed from this release, with versions.

    A change for the next release removes its additions from this one.
    """
    return {
        part: decided.version
        for raised, decided in approved_changes(project)
        for part in (raised.event.adds if decided.event.next_release else raised.event.removes)
    }
