"""The gates of a project."""

from itertools import product
from random import Random
from typing import Any, get_args

from domain.event import Event
from domain.lifecycle import Gate, Phase
from domain.policy.policy import Policy
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.reviews.breaches import BreachRecorded
from domain.reviews.milestones import PhaseReturned, ProjectEnvisioned
from domain.reviews.reversals import ReviewReversed
from domain.reviews.review_call import ReviewWithdrawn
from domain.reviews.signoffs import Verdict
from domain.reviews.voting_rules import waiting_for
from domain.state.gates import Required
from domain.state.project import fold
from projections.gates import gates
from projections.projection import Key, Row
from tests.conftest import Act, by, event_id, history
from tests.domain.openings import PROPOSED, classified
from tests.projections.following import followed, rows_after
from tests.projections.histories import DUE, ENVISIONED, called, decided, refused, result, short_ways, signed

CALLED = called("r", Gate.PORTFOLIO, Gate.ENVISIONED, roles=("tester", "operations"))
ROW = ("envisioned", 1, "r")
VERDICTS: tuple[str, ...] = get_args(Verdict)


def gates_after(*acts: Event | Act) -> dict[Key, Row]:
    return rows_after(gates, PROPOSED, classified("major"), *acts)


def waits(row: Row) -> list[tuple[str, str, str]]:
    return [(word["what"], word["role"], word["since"][11:16]) for word in row["waiting_for"]]


def subset(row: Row, *names: str) -> list[Any]:
    return [row[name] for name in names]


def test_are_rows_of_their_own_in_a_review_of_several() -> None:
    found = gates_after(CALLED)
    assert list(found) == [("portfolio", 1, "r"), ROW]
    assert subset(found[ROW], "outcome", "basis", "called_by", "category") == ["open", "reviewed", "ada", "major"]


def test_wait_for_whoever_has_not_signed_since_the_call() -> None:
    assert waits(gates_after(CALLED)[ROW]) == [("sign-off", "tester", "12:00"), ("sign-off", "operations", "12:00")]
    row = gates_after(CALLED, by("grace")(signed("r")))[ROW]
    assert waits(row) == [("sign-off", "operations", "12:00")]
    assert [(word["role"], word["person"], word["verdict"]) for word in row["signed"]] == [("tester", "grace", "go")]


def test_wait_for_the_decision_once_all_have_signed() -> None:
    row = gates_after(CALLED, signed("r"), signed("r", "operations"))[ROW]
    assert waits(row) == [("decision", "solution-manager", "14:00")]


def test_wait_again_for_who_took_their_word_back() -> None:
    row = gates_after(CALLED, signed("r"), signed("r", "operations"), signed("r", verdict="withdrawn"))[ROW]
    assert waits(row) == [("sign-off", "tester", "15:00")]
    assert [word["role"] for word in row["signed"]] == ["operations"]


def test_let_a_no_go_stand_until_who_said_it_says_otherwise() -> None:
    against, instead = by("grace")(signed("r", verdict="no-go")), by("linus")(signed("r"))

    def says(*acts: Event | Act) -> list[tuple[str, str]]:
        row = gates_after(CALLED, *acts)[ROW]
        assert "tester" not in [wait["role"] for wait in row["waiting_for"]] or not row["signed"]
        return [(word["person"], word["verdict"]) for word in row["signed"]]

    assert says(against, instead) == [("grace", "no-go")]
    assert says(against, instead, by("grace")(signed("r"))) == [("grace", "go")]
    taken_back = by("grace")(signed("r", verdict="withdrawn"))
    assert says(against, instead, taken_back) == [("linus", "go")]
    assert says(against, taken_back) == []


def test_say_of_every_place_what_the_domain_says() -> None:
    words = [
        by(who)(signed("r", role, verdict=verdict))
        for who, role, verdict in product(("ada", "grace"), ("tester", "operations"), VERDICTS)
    ]
    shuffled = Random(7)
    for _ in range(200):
        acts = shuffled.sample(words, 6)
        row = gates_after(CALLED, *acts)[ROW]
        review = fold(history(PROPOSED, classified("major"), CALLED, *acts)).gates.reviews["r"]
        given = [word.id for required in review.required if (word := review.signoff_for(required))]
        assert sorted(word["id"] for word in row["signed"]) == sorted(given)
        missing = [wait["role"] for wait in row["waiting_for"] if wait["what"] == "sign-off"]
        assert missing == [required.role for required in waiting_for(review)]


def test_carry_sign_offs_to_the_next_attempt() -> None:
    again = called("r2", Gate.PORTFOLIO, Gate.ENVISIONED, attempt=2, roles=("tester", "operations"))
    carried = again.model_copy(update={"carried_signoffs": (event_id(4),)})
    returned = decided("r", Gate.PORTFOLIO, Gate.ENVISIONED, outcome="returned-for-rework")
    row = gates_after(CALLED, signed("r"), returned, carried)["envisioned", 2, "r2"]
    assert [(word["role"], word["carried"]) for word in row["signed"]] == [("tester", True)]
    assert [word["role"] for word in row["waiting_for"]] == ["operations"]


def test_count_what_the_controls_answered_at_each_alone() -> None:
    results = (
        result("risks-assessed", "met"),
        result("goal-linked", "waived"),
        result("plan-baselined", "deferred", due=DUE),
        result("schedule-baselined", "unmet", severity="warn"),
        result("estimates-recorded", "unmet", severity="record"),
        result("portfolio-approved", "met", at=Gate.PORTFOLIO),
    )
    found = gates_after(CALLED, decided("r", Gate.PORTFOLIO, Gate.ENVISIONED, results=results))
    assert subset(found[ROW], "met", "waived", "deferred", "warned", "unmet") == [1, 1, 1, 1, 1]
    assert subset(found["portfolio", 1, "r"], "met", "waived") == [1, 0]
    assert subset(found[ROW], "outcome", "decided_by", "waiting_for") == ["approved", "ada", []]


def test_tell_how_often_they_were_refused_and_why_last() -> None:
    first = refused("r", Gate.PORTFOLIO, Gate.ENVISIONED, results=(result("goal-linked", "unmet"),))
    second = refused("r", Gate.PORTFOLIO, Gate.ENVISIONED, results=(result("risks-assessed", "unmet"),))
    row = gates_after(CALLED, first, second)[ROW]
    assert row["refusals"] == 2
    assert row["refused_for"] == [{"control": "risks-assessed", "sentence": "risks-assessed is unmet"}]


def test_pass_by_standing_approval_without_a_review(policy: Policy) -> None:
    found = followed(gates, short_ways(policy)[0])
    assert {row["basis"] for row in found.values()} == {"standing"}
    assert {row["outcome"] for row in found.values()} == {"passed"}
    assert [row["gate"] for row in found.values()] == list(Gate)


def test_are_observed_as_often_as_they_were_passed() -> None:
    observed = ProjectEnvisioned(basis="observed", attempt=1)
    back = PhaseReturned(from_phase=Phase.PLANNING, to_phase=Phase.ENVISION, cause="finding")
    found = gates_after(observed, back, observed)
    assert [(key, row["lost_by"]) for key, row in found.items()] == [
        (("envisioned", 1, ""), "finding"),
        (("envisioned", 2, ""), None),
    ]


def test_add_no_row_for_a_milestone_that_a_review_granted() -> None:
    assert len(gates_after(CALLED, decided("r", Gate.PORTFOLIO, Gate.ENVISIONED), ENVISIONED)) == 2


def test_are_lost_by_a_reversal() -> None:
    reversal = ReviewReversed(
        review="r", decision=event_id(4), gates_lost=(Gate.ENVISIONED,), returns_to=Phase.ENVISION
    )
    found = gates_after(CALLED, decided("r", Gate.PORTFOLIO, Gate.ENVISIONED), reversal)
    assert [row["lost_by"] for row in found.values()] == [None, "reversal"]


def test_count_the_breaches_at_their_newest_attempt() -> None:
    def breach(act: str) -> BreachRecorded:
        return BreachRecorded(act=act, version=1, results=(), cause="reported-after-the-fact")

    again = called("r2", Gate.ENVISIONED, attempt=2)
    found = gates_after(CALLED, ReviewWithdrawn(review="r"), again, breach("envisioned"), breach("pilot"))
    assert {key: row["breaches"] for key, row in found.items() if row["breaches"]} == {("envisioned", 2, "r2"): 1}


def test_leave_out_the_time_that_they_were_held() -> None:
    row = gates_after(CALLED, ProjectHeld(cause="risk"), ProjectHeld(cause="risk"), ProjectResumed())[ROW]
    assert subset(row, "held_seconds", "held_since") == [7200, None]


def test_wait_for_nobody_in_a_cancelled_project() -> None:
    row = gates_after(CALLED, ProjectCancelled(cause="withdrawn", disposal="thrown away"))[ROW]
    assert subset(row, "outcome", "waiting_for") == ["cancelled", []]


def test_wait_for_nobody_once_withdrawn() -> None:
    assert subset(gates_after(CALLED, ReviewWithdrawn(review="r"))[ROW], "outcome", "waiting_for") == ["withdrawn", []]


def test_belong_to_the_seats_of_a_body() -> None:
    seats = tuple(Required(role="cab", seat=seat, rule="cab:*") for seat in ("grace", "linus"))
    review = called("r", Gate.ENVISIONED).model_copy(update={"required": seats})
    said = signed("r", "cab").model_copy(update={"seat": "grace"})
    row = gates_after(review, said)[ROW]
    assert [word["seat"] for word in row["signed"]] == ["grace"]
    assert [word["seat"] for word in row["waiting_for"]] == ["linus"]


def test_keep_what_a_source_says_was_signed() -> None:
    early, late = (
        signed("r").model_copy(update={"review": None, "gate": Gate.ENVISIONED, "person": person})
        for person in ("grace", "linus")
    )
    observed = ProjectEnvisioned(basis="observed", attempt=1)
    row = gates_after(early, observed, late)["envisioned", 1, ""]
    assert [word["person"] for word in row["signed"]] == ["grace", "linus"]
    back = PhaseReturned(from_phase=Phase.PLANNING, to_phase=Phase.ENVISION, cause="finding")
    again = gates_after(early, observed, back, late, observed)["envisioned", 2, ""]
    assert [word["person"] for word in again["signed"]] == ["linus"]
