"""Why not?"""

from typing import Any

import pytest

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate
from domain.portfolio.pauses import ProjectHeld
from domain.reviews.decisions import DecideReview, ReviewRefused
from domain.reviews.fact_reports import report
from domain.reviews.why_not import WaitsFor, WhyNot, why_not
from tests.domain.openings import CANCELLED, holds
from tests.domain.reviews.small import RISK, SIGNED, begun, called, decide, gate, policy_of, rule, sign
from tests.domain.story import Story

RISKS = rule("risks-assessed", Gate.ENVISIONED)


def why(story: Story, gate: Gate | None = None) -> WhyNot:
    now = CommandContext("omar", story.now, story.held_to, story.rulebook)
    return why_not(story.project, now, gate)


def test_names_what_is_unmet_who_can_meet_it_with_what_and_since_when() -> None:
    story = begun(policy_of(SIGNED, RISKS), holds("paul", "program-manager"))
    answer = why(story, Gate.ENVISIONED)
    [shut] = answer.shut
    assert (shut.result.control, shut.result.result) == ("risks-assessed", "unmet")
    assert "paul" in shut.people
    assert "assess-risk" in shut.commands
    assert shut.question.endswith("?")
    assert shut.since == story.events[0].recorded_at
    assert answer.sentence == "envisioned is blocked: 1 control is not met"


def test_says_the_same_as_the_decision_that_would_be_refused() -> None:
    story = called(begun(policy_of(gate(Gate.ENVISIONED), RISKS, rule("goal-linked", Gate.ENVISIONED))))
    answer = why(story, Gate.ENVISIONED)
    assert answer.sentence == "envisioned is blocked: 2 controls are not met"
    story.refused(
        DecideReview(review="r"),
        by="omar",
        because="envisioned not passed: risks-assessed: no risk is assessed, and no declaration of no risks is record",
    )
    assert answer.results == story.last(ReviewRefused).results


def test_is_about_the_next_gate_where_none_is_named() -> None:
    story = begun(policy_of(SIGNED))
    assert why(story).gate is Gate.PORTFOLIO
    decide(called(story, Gate.PORTFOLIO))
    assert why(story).gate is Gate.ENVISIONED


def test_counts_since_the_fact_that_stands_against_it() -> None:
    story = begun(policy_of(gate(Gate.ENVISIONED), RISKS), RISK.model_copy(update={"owner": None}))
    [shut] = why(story, Gate.ENVISIONED).shut
    assert shut.since == story.events[-1].recorded_at


def test_tells_warnings_and_debts_apart() -> None:
    warned = rule("goal-linked", Gate.ENVISIONED, severity="warn")
    deferred = rule("risks-assessed", Gate.ENVISIONED, severity="defer")
    answer = why(begun(policy_of(gate(Gate.ENVISIONED), warned, deferred)), Gate.ENVISIONED)
    assert answer.shut == ()
    assert [each.result.control for each in answer.warned] == ["goal-linked"]
    assert [each.result.control for each in answer.deferred] == ["risks-assessed"]


def test_waits_for_the_call_of_a_review() -> None:
    story = begun(policy_of(SIGNED))
    entered = story.events[0].recorded_at
    assert why(story, Gate.ENVISIONED).waits == (
        WaitsFor("call of a review", "program-manager", None, ("ada",), entered),
    )
    owned = begun(policy_of(SIGNED), holds("paul", "program-manager"))
    assert [waits.people for waits in why(owned, Gate.ENVISIONED).waits] == [("paul",)]


def test_waits_for_no_review_where_none_is_needed() -> None:
    standing = policy_of(gate(Gate.PORTFOLIO, mode="standing"))
    assert why(begun(standing)).waits == ()
    assert why(begun(standing)).sentence == "nothing blocks portfolio"


def test_waits_for_those_who_have_to_sign_and_then_for_the_decision() -> None:
    story = called(begun(policy_of(SIGNED)))
    since = story.events[-1].recorded_at
    answer = why(story, Gate.ENVISIONED)
    assert answer.review == "r"
    assert answer.waits == (
        WaitsFor("sign-off", "customer", None, ("grace",), since),
        WaitsFor("sign-off", "tester", None, ("linus",), since),
    )
    assert (
        answer.sentence
        == "all blocking controls are met at envisioned; pending: sign-off by customer, sign-off by tester"
    )
    sign(story, "grace", "linus")
    signed = story.events[-1].recorded_at
    assert why(story, Gate.ENVISIONED).waits == (WaitsFor("decision", "solution-manager", None, ("omar",), signed),)


def test_waits_for_the_decision_since_the_call_where_nobody_signs() -> None:
    story = called(begun(policy_of(gate(Gate.ENVISIONED))))
    assert [waits.since for waits in why(story, Gate.ENVISIONED).waits] == [story.events[-1].recorded_at]


def test_names_the_seats_of_a_body_that_have_not_voted() -> None:
    story = called(begun(policy_of(gate(Gate.ENVISIONED, "cab:*")), holds("bob", "cab"), holds("carl", "cab")))
    assert [waits.people for waits in why(story, Gate.ENVISIONED).waits] == [("bob",), ("carl",)]


def test_gives_what_a_decision_sends_back_as_seen() -> None:
    story = called(begun(policy_of(gate(Gate.ENVISIONED), RISKS), RISK))
    seen = why(story, Gate.ENVISIONED).seen
    assert seen
    assert story.do(DecideReview(review="r", seen=seen), by="omar") == ["review.decided/1", "project.envisioned/1"]
    stale = called(begun(policy_of(gate(Gate.ENVISIONED), RISKS), RISK))
    before = why(stale, Gate.ENVISIONED).seen
    stale.do(report(RISK.model_copy(update={"probability": 900})), by="ada")
    stale.rejected(
        DecideReview(review="r", seen=before), by="omar", because="seen: changed since version 7: results, evidence set"
    )


@pytest.mark.parametrize(
    ("acts", "sentence"),
    [
        ((CANCELLED,), "p is cancelled"),
        ((ProjectHeld(cause="risk"),), "p is on hold since 2026-01-05; resume it before anything is decided"),
    ],
)
def test_says_that_a_project_is_held_or_over(acts: tuple[Any, ...], sentence: str) -> None:
    assert why(begun(policy_of(SIGNED), *acts)).sentence == sentence


def test_says_that_every_gate_is_passed() -> None:
    story = begun(policy_of())
    for each in Gate:
        decide(called(story, each, review=each), each)
    answer = why(story)
    assert (answer.gate, answer.sentence) == (None, "p is deployed")


def test_is_about_a_project_that_is_there() -> None:
    with pytest.raises(Rejected, match=r"there is no project with this key; propose it first .propose-project."):
        why(begun(policy_of(), past=(holds("omar", "tester"),)))
