"""Conditions of approvals."""

from datetime import timedelta

from domain.lifecycle import Gate
from domain.reviews.conditions import CloseCondition, ConditionClosed
from domain.reviews.decisions import ConditionSet, DecideReview
from tests.domain.openings import DOCUMENT
from tests.domain.reviews.small import begun, called, decide, policy_of, rule
from tests.domain.story import Story

CLOSE = CloseCondition(condition="c1", documents=(DOCUMENT,), reason="seen")


def conditioned(due: timedelta = timedelta(days=1), blocks: Gate | None = None) -> Story:
    story = called(begun(policy_of(rule("conditions-closed", Gate.PLAN_APPROVED))))
    set_ = ConditionSet(id="c1", text="train", owner="linus", due=story.now + due, blocks_gate=blocks)
    decide(story, outcome="approved-with-conditions", conditions=(set_,))
    return called(story, Gate.PLAN_APPROVED, review="next")


def test_are_verified_by_somebody_else() -> None:
    story = conditioned()
    story.rejected(
        CLOSE,
        by="linus",
        because="condition: linus owns condition c1 and can't verify it; another person must verify it",
    )
    assert story.do(CLOSE, by="grace", role="customer") == ["condition.closed/1"]
    closed = ConditionClosed(condition="c1", verified_by_role="customer", documents=(DOCUMENT,), reason="seen")
    assert story.last(ConditionClosed) == closed
    assert story.do(CLOSE, by="grace") == []


def test_are_verified_in_a_role_that_is_held() -> None:
    story = conditioned()
    story.rejected(CLOSE, by="mallory", because="only a role of this project.* may verify condition c1")
    story.rejected(CLOSE, by="grace", role="tester", because="only customer.* may verify condition c1 .held by grace")


def test_are_those_that_were_set() -> None:
    story = conditioned()
    story.rejected(
        CloseCondition(condition="c2"),
        by="grace",
        because="condition: this project has no condition c2; open conditions: c1",
    )
    story.do(CLOSE, by="grace")
    story.rejected(
        CloseCondition(condition="c2"),
        by="grace",
        because="condition: this project has no condition c2; open conditions: none",
    )


def test_shut_the_next_gate_once_they_are_overdue() -> None:
    assert decide(conditioned(), "next") == ["review.decided/1", "project.plan-approved/1"]
    late = conditioned(due=timedelta(minutes=1))
    late.refused(DecideReview(review="next"), by="omar", because="conditions to close before this gate: c1 of linus")
    late.do(CLOSE, by="grace")
    assert decide(late, "next") == ["review.decided/1", "project.plan-approved/1"]


def test_shut_the_gate_that_they_name() -> None:
    story = conditioned(blocks=Gate.PLAN_APPROVED)
    story.refused(DecideReview(review="next"), by="omar", because="c1 of linus")
