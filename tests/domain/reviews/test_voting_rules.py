"""Voting."""

from typing import Any

import pytest

from domain.event import Event
from domain.lifecycle import Column, Gate
from domain.policy.policy import STRICT
from domain.portfolio.classification import ChangeClassified
from domain.reviews.decisions import DecideReview, ReviewDecided
from domain.reviews.signoffs import GiveSignoff, Verdict
from domain.reviews.voting_rules import Tally, against, minimum_of, waiting_for
from tests.domain.openings import PROPOSED, answers, classified, holds
from tests.domain.reviews.small import PAST, begun, called, decide, gate, policy_of, sign
from tests.domain.story import Story

BOARD = tuple(holds(member, "cab") for member in ("bob", "carl", "dora", "eve"))


def board(**more: Any) -> Story:
    """A review that a board of four votes in."""
    return called(begun(policy_of(gate(Gate.ENVISIONED, "cab:*", **more)), *BOARD))


def says(story: Story, who: str, verdict: Verdict, role: str | None = None) -> None:
    story.do(GiveSignoff(review="r", role=role, verdict=verdict, reason="I think so"), by=who)


def still(story: Story, because: str, **more: Any) -> None:
    """It can't be approved yet."""
    story.rejected(DecideReview.model_validate({"review": "r", **more}), by="omar", because=because)


def test_asks_everyone_who_is_no_body_for_go() -> None:
    story = sign(called(begun(policy_of(gate(Gate.ENVISIONED, "customer", "tester")))), "grace")
    assert [required.role for required in waiting_for(story.project.gates.reviews["r"])] == ["tester"]
    still(story, "envisioned: 1 of 2 required sign-offs are given; missing: tester")
    sign(story, "linus")
    decide(story)
    assert story.last(ReviewDecided).tally == Tally(required=2, go=2, no_go=0, abstained=0, recused=0)


SMALL = (PROPOSED, classified("minor", authority="change-manager"), *PAST[2:])


@pytest.mark.parametrize(
    ("column", "past", "verdict"),
    [("minor", SMALL, "abstain"), ("minor", SMALL, "recused"), ("significant", PAST, "recused")],
)
def test_asks_for_a_deputy_of_who_does_not_say_go(column: Column, past: tuple[Event, ...], verdict: Verdict) -> None:
    policy = policy_of(gate(Gate.ENVISIONED, "customer", "tester", column=column))
    story = sign(called(begun(policy, holds("eve", "tester"), past=past)), "grace")
    says(story, "linus", verdict)
    still(story, rf"no go from linus as tester .{verdict}.; assign deputies")
    sign(story, "eve")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


@pytest.mark.parametrize("column", STRICT)
def test_counts_who_abstains_from_a_large_change_neither_way(column: Column) -> None:
    past = (PROPOSED, classified("major" if column == "major" else "significant", authority="cab"), *PAST[2:])
    story = called(begun(policy_of(gate(Gate.ENVISIONED, "customer", "tester", column=column)), past=past))
    says(story, "linus", "abstain")
    still(story, "envisioned: 1 of 2 required sign-offs are given; missing: customer")
    says(story, "grace", "abstain")
    still(story, "envisioned: all 2 required sign-offs abstain; at least one must be go")
    sign(story, "grace")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]
    assert story.last(ReviewDecided).tally == Tally(required=2, go=1, no_go=0, abstained=1, recused=0)


def test_lets_no_final_no_go_be_overridden() -> None:
    story = sign(called(begun(policy_of(gate(Gate.ENVISIONED, "customer", "tester")))), "grace")
    says(story, "linus", "no-go")
    assert [word.role for word in against(story.project.gates.reviews["r"])] == ["tester"]
    still(story, "envisioned: tester signed no-go; return the review for rework")
    still(
        story, "envisioned: tester signed no-go; return the review for rework", overrides=True, reason="I know better"
    )


def test_lets_a_no_go_be_overridden_with_a_reason_where_the_policy_does() -> None:
    story = sign(called(begun(policy_of(gate(Gate.ENVISIONED, "customer", "tester", no_go="overridable")))), "grace")
    says(story, "linus", "no-go")
    still(story, "envisioned: tester signed no-go; return the review, or override with a reason")
    still(story, "reason: overriding a no-go needs a reason", overrides=True)
    assert decide(story, overrides=True, reason="the fault is known") == ["review.decided/1", "project.envisioned/1"]


def test_lets_the_no_go_of_some_roles_stand_where_others_can_be_overridden() -> None:
    rule = gate(Gate.ENVISIONED, "customer", "tester", no_go="overridable", no_go_stands=("tester",))
    story = sign(called(begun(policy_of(rule))), "grace")
    says(story, "linus", "no-go")
    still(
        story,
        "envisioned: tester signed no-go; return the review for rework",
        overrides=True,
        reason="the fault is known",
    )


def test_records_a_no_go_where_the_policy_asks_for_no_more() -> None:
    story = sign(called(begun(policy_of(gate(Gate.ENVISIONED, "customer", "tester", no_go="recorded")))), "grace")
    says(story, "linus", "no-go")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]
    assert story.last(ReviewDecided).tally == Tally(required=2, go=1, no_go=1, abstained=0, recused=0)


def test_takes_a_quorum_of_the_body_and_counts_who_abstains_but_not_who_is_recused() -> None:
    story = board(quorum=500, majority=501)
    sign(story, "bob")
    says(story, "carl", "recused")
    still(story, "envisioned: 1 of 4 members voted, but the quorum is 50 %")
    says(story, "dora", "abstain")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]
    assert story.last(ReviewDecided).tally.missing == ("cab",)


def test_takes_a_majority_of_the_votes_of_the_body() -> None:
    story = board(quorum=500, majority=666)
    sign(story, "bob")
    says(story, "carl", "no-go")
    still(story, "envisioned: 1 of 2 votes are go, but 66.6 % are required")
    sign(story, "dora")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


def test_takes_no_majority_of_no_votes() -> None:
    story = board(quorum=0, majority=0)
    still(story, "envisioned: 0 of 0 votes are go, but 0 % are required")


def test_takes_a_least_number_of_votes_for_go_of_the_body() -> None:
    story = board(quorum=0, majority=500, minimum=2)
    sign(story, "bob")
    still(story, "envisioned: 1 voted go, but at least 2 are required")
    sign(story, "eve")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


def test_counts_the_votes_of_a_body_apart_from_those_who_have_to_say_go() -> None:
    rule = gate(Gate.ENVISIONED, "cab:*", "customer", quorum=250, majority=1000)
    story = called(begun(policy_of(rule), *BOARD))
    sign(story, "bob")
    still(story, "envisioned: 0 of 1 required sign-offs are given; missing: customer")
    says(story, "grace", "no-go")
    still(story, "customer signed no-go")
    sign(story, "grace")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


@pytest.mark.parametrize(("at_stake", "asked"), [({}, 1), ({"data": 2}, 1), ({"data": 3}, 2), ({"money": 3}, 2)])
def test_asks_for_more_where_data_or_money_can_be_lost(at_stake: dict[str, int], asked: int) -> None:
    known = ChangeClassified(category="significant", priority="medium", answers=answers(**at_stake))
    rule = gate(Gate.ENVISIONED, "tester", minimum=1, minimum_at_stake=2)
    story = begun(policy_of(rule), known, holds("eve", "tester"))
    assert minimum_of(story.project, rule) == asked
    assert [required.seat for required in called(story).project.gates.reviews["r"].required] == [None, "2"][:asked]


def test_asks_for_as_many_as_ever_where_the_policy_names_no_more() -> None:
    known = ChangeClassified(category="significant", priority="medium", answers=answers(data=3))
    rule = gate(Gate.ENVISIONED, "tester", minimum=1)
    assert minimum_of(begun(policy_of(rule), known, past=PAST[:1]).project, rule) == 1


def test_takes_two_people_for_two_seats() -> None:
    rule = gate(Gate.ENVISIONED, "tester", minimum=2)
    story = sign(called(begun(policy_of(rule), holds("eve", "tester"))), "linus")
    assert story.do(GiveSignoff(review="r"), by="linus") == []
    still(story, "envisioned: 1 of 2 required sign-offs are given; missing: tester")
    sign(story, "eve")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


def test_takes_a_least_number_of_all_who_sign_where_there_is_no_body() -> None:
    rule = gate(Gate.ENVISIONED, "customer", "tester", minimum=2, no_go="recorded")
    story = sign(called(begun(policy_of(rule))), "grace")
    says(story, "linus", "no-go")
    still(story, "envisioned: 1 signed go, but at least 2 are required")
