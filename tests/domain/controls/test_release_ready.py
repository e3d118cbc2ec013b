"""The controls that a release is ready."""

import pytest

from domain.build.documents import DocumentRecorded, DocumentType
from domain.lifecycle import Gate
from domain.planning.plans import PlanBaselined, Subplan
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import Policy
from domain.reviews.signoffs import Verdict
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.procedures import Procedure, ProcedureTested, RollbackRuledOut
from domain.stabilize.readiness import ReadinessItemConfirmed
from domain.state.project import ProjectEvent
from tests.conftest import Act, by
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import called, signs
from tests.domain.openings import DOCUMENT, PROPOSED, holds

READY = Gate.RELEASE_READY
DIGEST = f"sha256:{'1' * 64}"
CHOICE = (
    PROPOSED,
    CandidateBuilt(candidate="rc1", digest=DIGEST),
    CandidateChosen(candidate="rc1", digest=DIGEST),
)
ITEMS = ("operations-plan", "support-plan", "training", "ola", "escalation")


def document(type_: DocumentType, *about: str) -> DocumentRecorded:
    return DocumentRecorded(document="d1", type=type_, title="Paper", digest=DIGEST, about=about)


def tried(procedure: Procedure, passed: bool = True) -> ProcedureTested:
    return ProcedureTested(procedure=procedure, where="the pilot", passed=passed)


def confirmed(*items: str, who: str = "otto") -> list[Act]:
    return [by(who)(ReadinessItemConfirmed(item=item)) for item in items]


def test_a_rollback_is_planned_wherever_its_plan_is_written(look: Look) -> None:
    rollback = Subplan(subplan="rollback", driving_role="release-management")
    plans: tuple[ProjectEvent, ...] = (
        document("rollback-plan"),
        PlanBaselined(version=1, document=DOCUMENT, subplans=(rollback,)),
        RfcSubmitted(rfc="r1", rollback=DOCUMENT),
    )
    for plan in plans:
        found = look("rollback-planned", PROPOSED, plan, tried("rollback"), at=READY)
        assert (found.result, found.rests_on) == ("met", (2, 3))
        assert found.sentence == "a rollback plan, tested in the pilot"


def test_a_rollback_that_nobody_exercised_is_enough_for_small_changes_only(look: Look) -> None:
    assert look("rollback-planned", PROPOSED, document("rollback-plan"), at=READY).result == "unmet"
    for column in ("minor", "emergency"):
        assert look("rollback-planned", PROPOSED, document("rollback-plan"), at=READY, column=column).result == "met"


def test_a_rollback_that_did_not_work_is_not_planned(look: Look) -> None:
    failed = (document("rollback-plan"), tried("rollback"), tried("rollback", passed=False))
    found = look("rollback-planned", PROPOSED, *failed, at=READY, column="minor")
    assert (found.result, found.sentence) == (
        "unmet",
        "a rollback plan, tested in the pilot, where the test failed",
    )


def test_a_rollback_without_a_plan_needs_a_reason(look: Look) -> None:
    plain = (PlanBaselined(version=1, document=DOCUMENT), RfcSubmitted(rfc="r1"))
    assert look("rollback-planned", PROPOSED, *plain, at=READY, column="standard").result == "unmet"
    assert look("rollback-planned", PROPOSED, tried("rollback"), at=READY).result == "unmet"
    ruled_out = RollbackRuledOut(reason="the data moves one way")
    assert look("rollback-planned", PROPOSED, tried("rollback", passed=False), ruled_out, at=READY).result == "met"
    later = look("rollback-planned", PROPOSED, ruled_out, document("rollback-plan"), at=READY)
    assert (later.result, later.rests_on) == ("unmet", (3,))


def test_procedures_are_tested_once_both_passed(look: Look) -> None:
    found = look("procedures-tested", PROPOSED, tried("deployment"), tried("operations"), at=READY)
    assert (found.result, found.rests_on) == ("met", (2, 3))
    none = look("procedures-tested", PROPOSED, at=READY, column="emergency")
    assert (none.result, none.sentence) == ("unmet", "procedures: deployment, operations not tested")
    half = look("procedures-tested", PROPOSED, tried("operations"), tried("operations", passed=False), at=READY)
    assert half.sentence == "procedures: deployment not tested; last test of operations not passed"
    failed = look("procedures-tested", PROPOSED, tried("operations"), tried("deployment", passed=False), at=READY)
    assert failed.sentence == "procedures: last test of deployment not passed"


def test_release_notes_are_about_the_chosen_candidate(look: Look) -> None:
    found = look("release-notes-recorded", *CHOICE, document("release-notes", "rc1"), at=READY)
    assert (found.result, found.rests_on) == ("met", (4,))
    none = look("release-notes-recorded", *CHOICE, document("report", "rc1"), at=READY)
    assert none.sentence == "no release notes are recorded for candidate rc1"
    other = look("release-notes-recorded", *CHOICE, document("release-notes", "rc0"), at=READY)
    assert (other.result, other.rests_on) == ("unmet", (3, 4))
    assert other.sentence == "no release notes are recorded for candidate rc1; d1 refer to another candidate or to none"
    assert look("release-notes-recorded", PROPOSED, at=READY, column="emergency").result == "unmet"


def test_operations_is_ready_once_it_confirmed_every_item(look: Look) -> None:
    past = (PROPOSED, holds("otto", "operations"), holds("sue", "support"))
    found = look("operations-ready", *past, *confirmed(*ITEMS[1:]), *confirmed(ITEMS[0], who="sue"), at=READY)
    assert (found.result, found.rests_on) == ("met", (4, 5, 6, 7, 8))
    nobody = look("operations-ready", *past, at=READY, column="emergency")
    assert nobody.sentence.endswith("readiness items are open: operations-plan, support-plan, escalation not confirmed")
    withdrawn = by("otto")(ReadinessItemConfirmed(item="ola", withdrawn=True))
    again = look("operations-ready", *past, *confirmed(*ITEMS), withdrawn, at=READY)
    assert again.sentence == "1 of 5 readiness items are open: ola not confirmed"


def test_an_item_that_others_confirmed_is_still_open(look: Look) -> None:
    dev = confirmed(ITEMS[0], who="dev")
    past: list[ProjectEvent | Act] = [PROPOSED, holds("otto", "operations"), *confirmed(*ITEMS[1:]), *dev]
    found = look("operations-ready", *past, at=READY)
    assert found.sentence == (
        "1 of 5 readiness items are open: operations-plan confirmed without the role operations or support"
    )
    granted_later = look("operations-ready", *past, holds("dev", "support"), at=READY)
    assert granted_later.result == "unmet"


def test_operations_is_asked_for_nothing_where_the_policy_names_no_item(look: Look) -> None:
    assert look("operations-ready", PROPOSED, at=READY, column="standard").result == "not-applicable"


def test_every_role_signed_where_each_said_go(look: Look) -> None:
    review = called(READY, "tester", "stakeholder/sales")
    past = (PROPOSED, review, signs("tester"), signs("stakeholder", "sales"))
    found = look("every-role-signed", *past, at=READY)
    assert (found.result, found.rests_on) == ("met", (2, 3, 4))
    assert found.sentence == "2 of 2 required sign-offs are go"
    waiting = look("every-role-signed", PROPOSED, review, signs("tester"), at=READY)
    assert waiting.sentence == "1 of 2 required sign-offs are not go: stakeholder for sales"


def test_nobody_signed_where_no_review_is_called_or_asks_nobody(look: Look) -> None:
    found = look("every-role-signed", PROPOSED, called(Gate.DEPLOYED, "tester"), at=READY)
    assert found.sentence == "no review of release-ready is called, so there are no sign-offs"
    assert look("every-role-signed", PROPOSED, called(READY), at=READY).sentence == "no sign-off is go"


def test_a_no_go_stands_where_the_policy_lets_nobody_override_it(look: Look) -> None:
    past = (PROPOSED, called(READY, "tester", "developer"), signs("developer", verdict="no-go"))
    major = look("every-role-signed", *past, signs("tester"), at=READY, column="major")
    assert (major.result, major.sentence) == ("unmet", "developer signed no-go")
    overridden = look("every-role-signed", *past, signs("tester"), at=READY)
    assert overridden.result == "met"
    assert overridden.sentence == "1 of 2 required sign-offs are go; 1 signed no-go, which the decider may override"
    tester = look("every-role-signed", *past, signs("tester", verdict="no-go"), at=READY)
    assert tester.sentence == "tester signed no-go"


def test_a_no_go_stands_where_the_policy_says_nothing(look: Look, policy: Policy) -> None:
    silent = policy.model_copy(update={"gates": ()})
    past = (PROPOSED, called(READY, "developer"), signs("developer", verdict="no-go"))
    assert look("every-role-signed", *past, at=READY, policy=silent).sentence == "developer signed no-go"


@pytest.mark.parametrize("verdict", ["abstain", "recused"])
def test_who_abstains_is_stood_in_for(look: Look, verdict: Verdict) -> None:
    past = (PROPOSED, called(READY, "tester", "developer"), signs("developer"), signs("tester", verdict=verdict))
    assert look("every-role-signed", *past, at=READY).sentence == "1 of 2 required sign-offs are not go: tester"
    assert look("every-role-signed", *past, signs("tester"), at=READY).result == "met"
