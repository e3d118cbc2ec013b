"""The controls of governance."""

from datetime import datetime, timedelta

import pytest

from domain.build.documents import DocumentRecorded, EvidenceVerified
from domain.controls.evaluation import Result
from domain.envision.stakeholders import StakeholderIdentified
from domain.lifecycle import Act as Point
from domain.lifecycle import Column, Gate, Phase
from domain.planning.rfc import RfcSubmitted
from domain.reviews.conditions import ConditionClosed
from domain.reviews.corrections import FactCorrected
from domain.reviews.decisions import ConditionSet
from domain.reviews.milestones import PhaseReturned
from domain.reviews.reversals import ReviewConfirmed, ReviewReversed
from domain.reviews.waivers import WaiverDecided, WaiverRequested
from tests.conftest import START, Act, by, event_id
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import ENVISIONED, PLANNED, called, decided
from tests.domain.controls.test_plan_approved import RFC
from tests.domain.openings import CANCELLED, DOCUMENT, PROPOSED

SOON = START + timedelta(days=10)
LATER = START + timedelta(days=20)


def test_the_first_gates_have_no_milestone_before_them(look: Look) -> None:
    for gate in (Gate.PORTFOLIO, Gate.ENVISIONED, Point.RFC):
        found = look("gates-in-order", PROPOSED, at=gate)
        assert (found.result, found.sentence) == ("met", "earlier milestones: none, none missing")


def test_earlier_milestones_are_reached_or_decided_by_the_same_review(look: Look) -> None:
    found = look("gates-in-order", PROPOSED, ENVISIONED, at=Gate.BUILD_COMPLETED, assumed=[Gate.PLAN_APPROVED])
    assert (found.result, found.sentence) == ("met", "earlier milestones: envisioned, plan-approved, none missing")
    assert found.rests_on == (2,)


def test_a_milestone_skipped_or_lost_again_is_named(look: Look) -> None:
    back = PhaseReturned(from_phase=Phase.BUILD, to_phase=Phase.PLANNING, cause="finding")
    found = look("gates-in-order", PROPOSED, ENVISIONED, PLANNED, back, at=Gate.RELEASE_READY)
    assert (found.result, found.sentence) == ("unmet", "plan-approved was reversed, build-completed was not reached")
    found = look("gates-in-order", PROPOSED, ENVISIONED, CANCELLED, at=Gate.PLAN_APPROVED)
    assert (found.result, found.sentence) == ("unmet", "the project is cancelled")


def condition(due: datetime, blocks: Gate | None = None) -> ConditionSet:
    return ConditionSet(id="c1", text="mend it", owner="pia", due=due, blocks_gate=blocks)


def test_no_condition_at_all_is_none_overdue(look: Look) -> None:
    found = look("conditions-closed", PROPOSED, at=Gate.DEPLOYED)
    assert (found.result, found.sentence) == ("met", "no condition is overdue; 0 conditions open")


def test_a_condition_is_overdue_at_its_date(look: Look) -> None:
    past = (PROPOSED, called(Gate.ENVISIONED), decided(Gate.ENVISIONED, condition(SOON)))
    assert look("conditions-closed", *past, at=Gate.PLAN_APPROVED, now=SOON - timedelta(seconds=1)).result == "met"
    found = look("conditions-closed", *past, at=Gate.PLAN_APPROVED, now=SOON)
    assert (found.result, found.sentence, found.rests_on) == (
        "unmet",
        "conditions to close before this gate: c1 of pia, due 2026-01-15",
        (3,),
    )
    closed = ConditionClosed(condition="c1")
    assert look("conditions-closed", *past, closed, at=Gate.PLAN_APPROVED, now=SOON).result == "met"


def test_a_condition_of_a_gate_keeps_that_gate_before_its_date(look: Look) -> None:
    past = (PROPOSED, called(Gate.ENVISIONED), decided(Gate.ENVISIONED, condition(LATER, Gate.RELEASE_READY)))
    assert look("conditions-closed", *past, at=Gate.PLAN_APPROVED).result == "met"
    assert look("conditions-closed", *past, at=Gate.RELEASE_READY).result == "unmet"


ASKED = by("pia")(
    WaiverRequested(
        waiver="w1", control="rfc-submitted", gate=Gate.PLAN_APPROVED, compensating_measure="ring", until=SOON
    )
)
GRANTED = by("sol")(WaiverDecided(waiver="w1", outcome="granted", until=SOON, by_role="solution-manager"))
REVOKED = by("sol")(WaiverDecided(waiver="w1", outcome="revoked", by_role="solution-manager"))


def test_a_waiver_granted_with_authority_is_in_force(look: Look) -> None:
    found = look("waivers-in-force", PROPOSED, ASKED, GRANTED, at=Gate.PLAN_APPROVED, who="deb")
    assert (found.result, found.sentence, found.rests_on) == ("met", "waivers in force: w1", (3,))


def test_a_waiver_that_is_not_relied_on_is_no_matter(look: Look) -> None:
    whole = (PROPOSED, ASKED, GRANTED, REVOKED, RFC)
    found = look("waivers-in-force", *whole, at=Gate.PLAN_APPROVED)
    assert (found.result, found.sentence) == ("met", "no waiver is in use")
    found = look("waivers-in-force", *whole[:4], at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "no waiver is in use")
    found = look("waivers-in-force", PROPOSED, ASKED, at=Gate.PLAN_APPROVED)
    assert (found.result, found.sentence) == ("met", "no waiver is in use")


@pytest.mark.parametrize(
    ("words", "who", "column", "fault"),
    [
        ([GRANTED, REVOKED], "deb", "significant", "was revoked"),
        ([GRANTED], "sol", "significant", "was granted by sol, who requested it or decides the review"),
        (
            [by("pia")(GRANTED.event)],
            "deb",
            "significant",
            "was granted by pia, who requested it or decides the review",
        ),
        ([GRANTED], "deb", "major", "was granted by sol as solution-manager, without the authority to waive"),
        ([GRANTED], "deb", "standard", "was granted by sol as solution-manager, without the authority to waive"),
    ],
)
def test_a_waiver_with_a_fault_is_named(look: Look, words: list[Act], who: str, column: Column, fault: str) -> None:
    found = look("waivers-in-force", PROPOSED, ASKED, *words, at=Gate.PLAN_APPROVED, who=who, column=column)
    assert (found.result, found.sentence) == ("unmet", f"w1 of rfc-submitted {fault}")


def test_a_waiver_ends_at_its_moment(look: Look) -> None:
    past = (PROPOSED, ASKED, GRANTED)
    moment = SOON - timedelta(seconds=1)
    assert look("waivers-in-force", *past, at=Gate.PLAN_APPROVED, now=moment).result == "met"
    found = look("waivers-in-force", *past, at=Gate.PLAN_APPROVED, now=SOON)
    assert (found.result, found.sentence) == ("unmet", "w1 of rfc-submitted has expired")


def test_of_two_waivers_the_one_without_a_fault_counts(look: Look) -> None:
    second = ASKED.event.model_copy(update={"waiver": "w2"})
    granted = by("sol")(GRANTED.event.model_copy(update={"waiver": "w2"}))
    past = (PROPOSED, ASKED, GRANTED, by("pia")(second), granted, REVOKED)
    found = look("waivers-in-force", *past, at=Gate.PLAN_APPROVED)
    assert (found.result, found.sentence) == ("met", "waivers in force: w2")


def test_a_waiver_of_waivers_is_never_relied_on(look: Look) -> None:
    asked = by("pia")(ASKED.event.model_copy(update={"control": "waivers-in-force"}))
    assert look("waivers-in-force", PROPOSED, asked, GRANTED, at=Gate.PLAN_APPROVED).result == "met"


DECIDED = (
    PROPOSED,
    StakeholderIdentified(party="union", stake="user"),
    called(Gate.ENVISIONED),
    decided(Gate.ENVISIONED),
)
CORRECTED = FactCorrected(event=event_id(2), corrects=2, retracts=True, affected_decisions=(event_id(4),))


def test_a_decision_waits_to_be_looked_at_again_after_a_correction(look: Look) -> None:
    assert look("rests-on-uncorrected-facts", *DECIDED, at=Gate.PLAN_APPROVED).result == "met"
    found = look("rests-on-uncorrected-facts", *DECIDED, CORRECTED, at=Gate.PLAN_APPROVED)
    assert (found.result, found.rests_on) == ("unmet", (5,))
    assert (found.result, found.sentence) == (
        "unmet",
        "a correction affects the decisions of r1; confirm or reverse them",
    )


@pytest.mark.parametrize(
    "settled",
    [
        ReviewConfirmed(review="r1", decision=event_id(4)),
        ReviewReversed(review="r1", decision=event_id(4), gates_lost=(Gate.ENVISIONED,), returns_to=Phase.ENVISION),
    ],
)
def test_a_decision_confirmed_or_reversed_waits_no_longer(look: Look, settled: ReviewConfirmed) -> None:
    found = look("rests-on-uncorrected-facts", *DECIDED, CORRECTED, settled, at=Gate.PLAN_APPROVED)
    assert found.result == "met"


PAPER = DocumentRecorded(document="paper", type="report", title="Paper", digest=DOCUMENT.digest)


def test_a_document_is_found_again_under_its_digest(look: Look) -> None:
    seen = EvidenceVerified(document="paper", digest=DOCUMENT.digest, found=DOCUMENT.digest)
    lost = EvidenceVerified(document="paper", digest=DOCUMENT.digest)
    found = look("evidence-retrievable", PROPOSED, PAPER, seen, at=Gate.DEPLOYED)
    assert (found.result, found.sentence) == ("met", "1 document recorded, all found")
    for past in ((PAPER,), (PAPER, lost)):
        found = look("evidence-retrievable", PROPOSED, *past, at=Gate.DEPLOYED)
        assert (found.result, found.sentence) == ("unmet", "not found under its digest: paper")


def test_no_document_at_all_is_not_found_by_significant_changes_only(look: Look) -> None:
    assert look("evidence-retrievable", PROPOSED, at=Gate.DEPLOYED).result == "unmet"
    assert look("evidence-retrievable", PROPOSED, at=Gate.DEPLOYED, column="minor").result == "not-applicable"


DEFERRED = Result(
    control="rfc-submitted", at=Gate.PLAN_APPROVED, severity="defer", result="deferred", sentence="later", due=SOON
)


def test_a_debt_is_paid_once_its_control_is_met_where_it_was_put_off(look: Look) -> None:
    owing = decided(Gate.PLAN_APPROVED).model_copy(update={"results": (DEFERRED,)})
    past = (PROPOSED, called(Gate.PLAN_APPROVED), owing)
    found = look("deferrals-met", *past, at=Gate.DEPLOYED, column="emergency")
    assert (found.result, found.sentence, found.rests_on) == (
        "unmet",
        "deferred and not met yet: rfc-submitted (due 2026-01-15)",
        (3,),
    )
    assert (
        look("deferrals-met", *past, RfcSubmitted(rfc="rfc-1"), at=Gate.DEPLOYED, column="emergency").result == "unmet"
    )
    found = look("deferrals-met", *past, RFC, at=Gate.DEPLOYED, column="emergency")
    assert (found.result, found.sentence) == ("met", "1 deferred control met")


def test_nothing_put_off_is_nothing_to_pay(look: Look) -> None:
    found = look("deferrals-met", PROPOSED, at=Gate.DEPLOYED, column="emergency")
    assert (found.result, found.sentence) == ("met", "no control was deferred")
