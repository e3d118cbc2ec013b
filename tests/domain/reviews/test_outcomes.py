"""What follows where a review does not approve."""

import pytest

from domain.lifecycle import Gate, Phase
from domain.policy.policy import JointReview
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld
from domain.reviews.decisions import DecideReview
from domain.reviews.milestones import PhaseReturned
from tests.domain.reviews.small import begun, called, decide, policy_of


def test_is_a_return_to_the_phase_whose_work_was_reviewed() -> None:
    story = called(begun(policy_of()), Gate.RELEASE_READY)
    assert decide(story, outcome="returned-for-rework", reason="not yet") == ["review.decided/1", "phase.returned/1"]
    returned = PhaseReturned(
        from_phase=Phase.STABILIZE, to_phase=Phase.STABILIZE, cause="review", cause_event=story.events[-2].id
    )
    assert story.last(PhaseReturned) == returned
    called(story, Gate.RELEASE_READY, review="s")
    assert story.project.gates.reviews["s"].attempt == 2


def test_is_no_return_where_nothing_was_begun_before_the_portfolio_review() -> None:
    story = called(begun(policy_of()), Gate.PORTFOLIO)
    assert decide(story, outcome="returned-for-rework", reason="what for?") == ["review.decided/1"]


def test_is_a_return_to_envision_where_the_portfolio_is_decided_with_more() -> None:
    gates = (Gate.PORTFOLIO, Gate.ENVISIONED)
    policy = policy_of(joint_reviews=(JointReview(name="start", column="significant", gates=gates),))
    story = called(begun(policy), *gates)
    decide(story, outcome="returned-for-rework", reason="not yet")
    assert story.last(PhaseReturned).to_phase is Phase.ENVISION


def test_says_which_phase_the_project_was_in() -> None:
    story = begun(policy_of())
    for gate in Gate:
        called(story, gate, review=gate)
        if gate is Gate.DEPLOYED:
            decide(story, review=gate, outcome="returned-for-rework", reason="not stable")
        else:
            decide(story, review=gate)
    assert story.last(PhaseReturned).from_phase is Phase.DEPLOY
    assert story.project.status.next_gate is Gate.DEPLOYED


def test_is_a_hold_where_the_decision_is_put_off() -> None:
    story = called(begun(policy_of()))
    assert decide(story, outcome="deferred", reason="no budget") == ["review.decided/1", "project.held/1"]
    assert story.last(ProjectHeld) == ProjectHeld(cause="priority", review="r")
    story.rejected(
        DecideReview(review="r"),
        by="omar",
        because="the project is on hold since 2026-01-05; resume it first .resume-project.",
    )


@pytest.mark.parametrize("gate", [Gate.PORTFOLIO, Gate.PLAN_APPROVED])
def test_is_the_end_where_the_project_is_rejected(gate: Gate) -> None:
    story = called(begun(policy_of()), gate)
    kinds = decide(story, outcome="rejected-and-cancelled", reason="it serves no goal")
    assert kinds == ["review.decided/1", "project.cancelled/1"]
    assert story.last(ProjectCancelled) == ProjectCancelled(cause="rejected", review="r")
    assert story.project.entry.cancelled
