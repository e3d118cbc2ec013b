"""Reversing and confirming: a decision is undone by a decision, or looked at again and left standing."""

from collections.abc import Iterator
from typing import Literal

from domain.command import Circumstances, Decided, Rejected
from domain.event import Recorded
from domain.lifecycle import ENDS, Gate, Phase, phase_after
from domain.planning.rfc_decision import RfcDecided
from domain.reviews.milestones import PhaseReturned, lose
from domain.state.authority import acting_as
from domain.state.gates import Decision
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import EventId, Key, Text


class ReviewReversed(ProjectEvent, kind="review.reversed/1"):
    """A decision was reversed: the gates that it opened are lost, all that followed, and the approval of the request
    for change that was given with it.

    An imported history knows neither review nor decision; its `cause` is whether what was lost had taken effect.
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
                _take_back_rfc(project, decision, recorded)
        if Gate.PORTFOLIO in self.gates_lost:
            gates.portfolio = None
        lost = [gate for gate in self.gates_lost if gate is not Gate.PORTFOLIO]
        if lost:
            lose(project, lost[0])
        settle(project)


def _take_back_rfc(project: Project, decision: Decision, reversal: Recorded) -> None:
    for answer in project.facts.history(RfcDecided):
        if answer.command == decision.command:
            project.facts.correct(answer.version, None, reversal.who, reversal.version)


class ReviewConfirmed(ProjectEvent, kind="review.confirmed/1"):
    """A decision was looked at again after a fact that it rested on had been corrected, and stands."""

    review: Key
    decision: EventId

    def evolve(self, project: Project, recorded: Recorded) -> None:
        for correction in project.gates.corrections:
            correction.decisions.discard(self.decision)
        settle(project)


def settle(project: Project) -> None:
    """Forget corrections that no standing decision waits for."""
    standing = {d.id for d in project.gates.decisions.values() if d.approved and not d.reversed}
    for correction in project.gates.corrections:
        correction.decisions &= standing
    project.gates.corrections = [correction for correction in project.gates.corrections if correction.decisions]


class ReverseReview(ProjectCommand):
    """Reverse an approval. The gates it opened are named and lost; nothing is edited."""

    review: Key
    reason: Text

    def decide(self, state: Project, circumstances: Circumstances) -> Iterator[Decided]:
        decision = _approval(state, self.review)
        roles = circumstances.policy.authorities_for("reverse", state.column)
        acting_as(state, circumstances, roles, f"to reverse the decision of review {self.review}")
        gates_lost = tuple(gate for gate in Gate if _falls(state, gate, decision))
        passed = state.gates.last()
        phase = ENDS[next((gate for gate in gates_lost if gate is not Gate.PORTFOLIO), Gate.ENVISIONED)]
        yield ReviewReversed(
            review=self.review, decision=decision.id, gates_lost=gates_lost, returns_to=phase, reason=self.reason
        )
        current = phase_after(passed.gate if passed else None) or Phase.DEPLOY
        yield PhaseReturned(from_phase=current, to_phase=phase, cause="reversal", cause_event=decision.id)


class ConfirmReview(ProjectCommand):
    """Let a decision stand although a fact that it rested on was corrected. Whoever may decide it may confirm it."""

    review: Key
    reason: Text

    def decide(self, state: Project, circumstances: Circumstances) -> Iterator[Decided]:
        decision = _approval(state, self.review)
        deciders = state.gates.reviews[self.review].decided_by
        acting_as(state, circumstances, deciders, f"to confirm the decision of review {self.review}")
        if any(decision.id in correction.decisions for correction in state.gates.corrections):
            yield ReviewConfirmed(review=self.review, decision=decision.id, reason=self.reason)


def _approval(project: Project, review: str) -> Decision:
    found = [d for d in project.gates.decisions.values() if d.review == review and d.approved]
    if not found:
        raise Rejected(f"review: {review} has approved nothing here")
    if found[-1].reversed:
        raise Rejected(f"review: the decision of {review} was reversed already")
    return found[-1]


def _falls(project: Project, gate: Gate, decision: Decision) -> bool:
    """Whether a gate is lost with a decision: it was opened by it, or stands on a gate that was."""
    order = list(Gate)
    return project.gates.passed(gate) is not None and order.index(gate) >= order.index(decision.gates[0])
