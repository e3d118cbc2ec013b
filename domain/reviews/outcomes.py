"""Outcomes of reviews that do not pass a gate: rework, deferral or cancellation."""

from collections.abc import Iterator

from domain.lifecycle import ENDS, Gate, Phase, phase_after
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld
from domain.reviews.milestones import PhaseReturned
from domain.state.gates import Review
from domain.state.project import Project, ProjectEvent


def consequences(project: Project, review: Review, outcome: str) -> Iterator[ProjectEvent]:
    """The events that follow a review without approval: a return, a hold or a cancellation."""
    decided = next(d for d in reversed(project.gates.decisions.values()) if d.review == review.id)
    if outcome == "deferred":
        yield ProjectHeld(cause="priority", review=review.id)
    elif outcome == "rejected-and-cancelled":
        yield ProjectCancelled(cause="rejected", review=review.id)
    elif (phase := returned_to(review)) is not None:
        passed = project.gates.last()
        current = phase_after(passed.gate if passed else None) or phase
        yield PhaseReturned(from_phase=current, to_phase=phase, cause="review", cause_event=decided.id)


def returned_to(review: Review) -> Phase | None:
    """The phase that a returned review sends the project back to; None for the portfolio review."""
    gate = review.gates[0] if review.gates[0] is not Gate.PORTFOLIO else next(iter(review.gates[1:]), None)
    return ENDS[gate] if gate else None
