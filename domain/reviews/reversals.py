"""Reversals and confirmations of decisions and standing approvals."""

from collections.abc import Iterator
from typing import Literal

from domain.command import CommandContext, DecidedEvent, Rejected, in_role
from domain.event import Recorded
from domain.lifecycle import ENDS, GATES, Gate, Phase, SupportingFunction, phase_after
from domain.planning.rfc_decision import RfcDecided
from domain.reviews.milestones import PhaseReturned, lose
from domain.state.authority import acting_as
from domain.state.gates import Decision
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import EventId, Key, Text

PERMITTED = ("reviewed", "standing")
"""The bases of milestones that were granted here; the others come from the source of an import."""


class ReviewReversed(ProjectEvent, kind="review.reversed/1", function=SupportingFunction.REVIEW):
    """A decision or a standing approval was reversed: its gates are lost, all later gates, and the approval of the
    request for change that was given with them.

    `review` and `decision` are absent for standing approvals and imported histories. For the latter, `cause` says
    whether the lost milestones had taken effect.
    """

    review: Key | None = None
    decision: EventId | None = None
    gates_lost: tuple[Gate, ...]
    returns_to: Phase
    cause: Literal["withdrawn-before-effect", "rolled-back", "undetermined"] | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        gates = project.gates
        for decision in gates.decisions.values():
            if decision.approved and set(decision.gates).intersection(self.gates_lost):
                decision.reversed = True
        lost = [passed for gate in self.gates_lost if (passed := gates.passed(gate))]
        project.entry.template_left |= any(passed.basis == "standing" for passed in lost)
        _take_back_rfc(project, {passed.command for passed in lost if passed.basis in PERMITTED}, recorded)
        if Gate.PORTFOLIO in self.gates_lost:
            gates.portfolio = None
        milestones = [gate for gate in self.gates_lost if gate is not Gate.PORTFOLIO]
        if milestones:
            lose(project, milestones[0])
        settle(project)


def _take_back_rfc(project: Project, given_with: set[str], reversal: Recorded) -> None:
    for answer in project.facts.history(RfcDecided):
        if answer.command in given_with:
            project.facts.correct(answer.version, None, reversal.who, reversal.version)


class ReviewConfirmed(ProjectEvent, kind="review.confirmed/1", function=SupportingFunction.REVIEW):
    """A decision was confirmed after the correction of a fact that it rests on."""

    review: Key
    decision: EventId

    def evolve(self, project: Project, recorded: Recorded) -> None:
        for correction in project.gates.corrections:
            correction.decisions.discard(self.decision)
        settle(project)


def settle(project: Project) -> None:
    """Remove corrections that affect no decision in force."""
    standing = {d.id for d in project.gates.decisions.values() if d.approved and not d.reversed}
    for correction in project.gates.corrections:
        correction.decisions &= standing
    project.gates.corrections = [correction for correction in project.gates.corrections if correction.decisions]


class ReverseReview(ProjectCommand, function=SupportingFunction.REVIEW):
    """Reverse an approval. Its gates and all later gates are lost; no event is changed."""

    review: Key
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        decision = _approval(state, self.review)
        roles = context.policy.authorities_for("reverse", state.column)
        role = acting_as(state, context, roles, f"reverse the decision of review {self.review}")
        yield from in_role(role, _reversed(state, decision.gates[0], self.reason, decision))


class ReverseMilestone(ProjectCommand, function=SupportingFunction.REVIEW):
    """Reverse a gate that was passed by a standing approval. It and all later gates are lost."""

    gate: Gate
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        passed = state.gates.passed(self.gate)
        if passed is None:
            raise Rejected(f"gate: {self.gate} is not passed, so it can't be reversed")
        if passed.basis != "standing":
            decided = state.gates.decisions.get(passed.decision or "")
            raise Rejected(f"gate: {self.gate} was not passed by a standing approval; {_reversal_route(decided)}")
        roles = context.policy.authorities_for("reverse", state.column)
        role = acting_as(state, context, roles, f"reverse the gate {self.gate}")
        yield from in_role(role, _reversed(state, self.gate, self.reason))


class ConfirmReview(ProjectCommand, function=SupportingFunction.REVIEW):
    """Confirm a decision after the correction of a fact that it rests on. Whoever may decide it may confirm it."""

    review: Key
    reason: Text

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        decision = _approval(state, self.review)
        deciders = state.gates.reviews[self.review].decided_by
        role = acting_as(state, context, deciders, f"confirm the decision of review {self.review}")
        if any(decision.id in correction.decisions for correction in state.gates.corrections):
            yield DecidedEvent(ReviewConfirmed(review=self.review, decision=decision.id, reason=self.reason), role)


def _approval(project: Project, review: str) -> Decision:
    found = [d for d in project.gates.decisions.values() if d.review == review and d.approved]
    if not found:
        raise Rejected(f"review: this project has no approval by a review {review}")
    if found[-1].reversed:
        raise Rejected(f"review: the decision of {review} is already reversed")
    return found[-1]


def _reversal_route(decided: Decision | None) -> str:
    return (
        f"reverse review {decided.review} instead (reverse-review)"
        if decided
        else "it is an imported fact and can't be reversed"
    )


def _reversed(project: Project, first: Gate, reason: Text, decision: Decision | None = None) -> Iterator[ProjectEvent]:
    """The reversal of a gate and of all later gates, and the return to its phase."""
    review, cause = (decision.review, decision.id) if decision else (None, None)
    passed = project.gates.last()
    gates_lost = tuple(gate for gate in GATES[GATES.index(first) :] if project.gates.passed(gate))
    phase = ENDS[next((gate for gate in gates_lost if gate is not Gate.PORTFOLIO), Gate.ENVISIONED)]
    yield ReviewReversed(review=review, decision=cause, gates_lost=gates_lost, returns_to=phase, reason=reason)
    current = phase_after(passed.gate if passed else None) or Phase.DEPLOY
    yield PhaseReturned(from_phase=current, to_phase=phase, cause="reversal", cause_event=cause)
