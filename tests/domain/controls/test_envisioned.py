"""The controls of Envision."""

import pytest

from domain.build.documents import DocumentRecorded
from domain.envision.criteria import SuccessCriterionAgreed
from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.envision.stakeholders import StakeholderIdentified
from domain.envision.vision import VisionScopeBaselined
from domain.lifecycle import Gate
from tests.conftest import Act, by
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import ENVISIONED, called, signs
from tests.domain.openings import DOCUMENT, PROPOSED, holds

VISION = VisionScopeBaselined(version=1, document=DOCUMENT, problem="slow", in_scope=("cards",), out_of_scope=("cash",))
FLOOD = RiskAssessed(risk="flood", statement="the river rises", owner="grace")
CRITERION = SuccessCriterionAgreed.model_validate(
    {
        "criterion": "faster",
        "statement": "payments take less time",
        "measure": "seconds",
        "baseline_value": "9",
        "target_value": "3",
        "direction": "down",
        "measure_by": "2026-12-01",
        "agreed_with": "sales",
    }
)


def test_vision_and_scope_are_baselined_with_what_is_in_and_what_is_out(look: Look) -> None:
    found = look("vision-scope-baselined", PROPOSED, VISION, at=Gate.ENVISIONED)
    assert (found.result, found.rests_on) == ("met", (2,))
    half = VISION.model_copy(update={"out_of_scope": ()})
    found = look("vision-scope-baselined", PROPOSED, half, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == (
        "unmet",
        "version 1 of vision and scope does not state what is out of scope",
    )


def test_no_vision_is_not_one_in_any_category(look: Look) -> None:
    assert look("vision-scope-baselined", PROPOSED, at=Gate.ENVISIONED, column="minor").result == "unmet"
    assert look("vision-scope-baselined", PROPOSED, at=Gate.ENVISIONED, column="major").result == "unmet"


def test_the_structure_is_a_document_of_its_own_type(look: Look) -> None:
    report = DocumentRecorded(document="who", type="report", title="Who", digest=DOCUMENT.digest)
    structure = report.model_copy(update={"type": "project-structure"})
    assert look("structure-recorded", PROPOSED, report, at=Gate.ENVISIONED).result == "unmet"
    found = look("structure-recorded", PROPOSED, structure, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "recorded as who")


def test_no_word_about_risk_is_not_met_by_significant_changes_only(look: Look) -> None:
    assert look("risks-assessed", PROPOSED, at=Gate.ENVISIONED).result == "unmet"
    assert look("risks-assessed", PROPOSED, at=Gate.ENVISIONED, column="emergency").result == "not-applicable"


def test_a_risk_looked_at_since_the_last_gate_is_assessed(look: Look) -> None:
    found = look("risks-assessed", PROPOSED, ENVISIONED, FLOOD, at=Gate.PLAN_APPROVED)
    assert (found.result, found.sentence) == (
        "met",
        "assessed since the last gate: 1 open risk, all with an owner",
    )
    found = look("risks-assessed", PROPOSED, FLOOD, ENVISIONED, at=Gate.PLAN_APPROVED)
    assert (found.result, found.sentence) == ("unmet", "risks were not assessed since the last gate")


def test_that_there_is_no_risk_counts_until_the_next_gate(look: Look) -> None:
    none = NoRisksRecorded(reason="walked through it with operations")
    assert look("risks-assessed", PROPOSED, none, at=Gate.ENVISIONED).result == "met"
    assert look("risks-assessed", PROPOSED, none, ENVISIONED, at=Gate.PLAN_APPROVED).result == "unmet"


def test_an_open_risk_needs_an_owner_and_a_closed_one_does_not(look: Look) -> None:
    orphan = FLOOD.model_copy(update={"owner": None})
    closed = orphan.model_copy(update={"state": "expired"})
    found = look("risks-assessed", PROPOSED, orphan, at=Gate.ENVISIONED)
    assert (found.result, found.sentence, found.rests_on) == ("unmet", "open risks without an owner: flood", (2,))
    assert look("risks-assessed", PROPOSED, orphan, closed, at=Gate.ENVISIONED).result == "met"


def test_a_success_criterion_is_agreed_with_the_customer_from_a_baseline_by_a_date(look: Look) -> None:
    found = look("success-criteria-agreed", PROPOSED, CRITERION, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("met", "agreed with the customer: faster")
    vague = CRITERION.model_copy(update={"agreed_with": "bob", "baseline_value": None, "measure_by": None})
    found = look("success-criteria-agreed", PROPOSED, vague, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == (
        "unmet",
        "incomplete success criteria: faster (with the customer, baseline, date)",
    )
    assert look("success-criteria-agreed", PROPOSED, at=Gate.ENVISIONED).result == "unmet"


@pytest.mark.parametrize("customer", [StakeholderIdentified(party="bob", stake="customer"), holds("bob", "customer")])
def test_the_customer_may_be_a_party_or_a_person(look: Look, customer: StakeholderIdentified) -> None:
    agreed = CRITERION.model_copy(update={"agreed_with": "bob"})
    assert look("success-criteria-agreed", PROPOSED, customer, agreed, at=Gate.ENVISIONED).result == "met"
    user = StakeholderIdentified(party="bob", stake="user")
    assert look("success-criteria-agreed", PROPOSED, user, agreed, at=Gate.ENVISIONED).result == "unmet"


REQUIRED = StakeholderIdentified(party="union", stake="user", required_at=(Gate.ENVISIONED,))
CUSTOMER = by("carl")(signs("customer"))
UNION = by("ute")(signs("stakeholder", "union"))


def test_customer_and_required_stakeholders_approve(look: Look) -> None:
    past = (PROPOSED, REQUIRED, called(Gate.ENVISIONED, "customer", "stakeholder/union"))
    found = look("customer-and-stakeholders-approved", *past, CUSTOMER, UNION, at=Gate.ENVISIONED)
    assert (found.result, found.sentence, found.rests_on) == (
        "met",
        "approved by the customer and 1 required stakeholder",
        (2, 4, 5),
    )


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ([], "the customer, union"),
        ([CUSTOMER], "union"),
        ([UNION], "the customer"),
        ([UNION, by("carl")(signs("customer", verdict="no-go"))], "the customer"),
        ([UNION, CUSTOMER, by("carl")(signs("customer", verdict="withdrawn"))], "the customer"),
    ],
)
def test_whoever_has_not_approved_is_named(look: Look, words: list[Act], missing: str) -> None:
    past = (PROPOSED, REQUIRED, called(Gate.ENVISIONED, "customer", "stakeholder/union"))
    found = look("customer-and-stakeholders-approved", *past, *words, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == ("unmet", f"approval pending: {missing}")


def test_a_stakeholder_required_elsewhere_is_not_waited_for(look: Look) -> None:
    later = StakeholderIdentified(party="union", stake="user", required_at=(Gate.DEPLOYED,))
    past = (PROPOSED, later, called(Gate.ENVISIONED, "customer"), CUSTOMER)
    assert look("customer-and-stakeholders-approved", *past, at=Gate.ENVISIONED).result == "met"


def test_without_a_review_nobody_approves(look: Look) -> None:
    found = look("customer-and-stakeholders-approved", PROPOSED, at=Gate.ENVISIONED)
    assert (found.result, found.sentence) == (
        "unmet",
        "no review is called, so customer and stakeholders can't approve",
    )
