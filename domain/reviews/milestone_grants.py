"""Milestones granted by a decision, each with its basis."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.command import Rejected
from domain.controls.evidence import evidence_of
from domain.lifecycle import MILESTONES, Basis, Gate, gates_before
from domain.reviews.milestones import MilestoneReached, milestone
from domain.stabilize.candidates import chosen_candidate
from domain.state.gates import Decision, Review
from domain.state.project import Project


def granted(
    project: Project, review: Review, decision: Decision, valid_until: datetime | None
) -> Iterator[MilestoneReached]:
    """The milestone of each gate that a review approved."""
    for gate in review.gates:
        if gate is not Gate.PORTFOLIO:
            yield reached(
                project, gate, "reviewed", valid_until, review=review.id, decision=decision.id, attempt=review.attempt
            )


def reached(
    project: Project, gate: Gate, basis: Basis, valid_until: datetime | None = None, **given: Any
) -> MilestoneReached:
    """The event of a milestone, with the current baselines and candidate.

    Raises `Rejected` if an earlier milestone is missing: no policy and no waiver allows one to be skipped.
    """
    _must_follow(project, gate)
    fields: dict[str, Any] = {"attempt": 1, **given, "basis": basis, "baselines": evidence_of(project, [gate])}
    candidate = chosen_candidate(project)
    if gate is Gate.RELEASE_READY:
        fields["valid_until"] = valid_until
        fields["candidate"] = str(candidate.event.candidate) if candidate else None
    if gate in (Gate.RELEASE_READY, Gate.DEPLOYED):
        fields["candidate_digest"] = candidate.event.digest if candidate else None
    return milestone(gate)(**fields)


def _must_follow(project: Project, gate: Gate) -> None:
    missing = [earlier for earlier in gates_before(gate) if earlier in MILESTONES and not project.gates.passed(earlier)]
    if missing and not project.imported:
        raise Rejected(f"{gate}: {' and '.join(missing)} must be passed first")
