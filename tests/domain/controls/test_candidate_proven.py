"""The controls that a candidate is proven."""

from datetime import timedelta

from domain.build.documents import DocumentRecorded, DocumentType
from domain.lifecycle import Act as ActOf
from domain.lifecycle import Gate
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.defects import DefectReported, DefectResolved, DefectTriaged, DefectVerified
from domain.stabilize.pilot import Outcome, PilotAgreed, PilotCriterion, PilotDecided, PilotStarted
from domain.stabilize.test_runs import TestRunCompleted, TestType
from tests.conftest import START, by
from tests.domain.controls.conftest import Look
from tests.domain.openings import PROPOSED, holds

READY = Gate.RELEASE_READY
DIGEST = f"sha256:{'1' * 64}"
BUILT = CandidateBuilt(candidate="rc1", digest=DIGEST)
CHOSEN = CandidateChosen(candidate="rc1", digest=DIGEST)
CRITERION = PilotCriterion(criterion="speed", measure="seconds", target="1")
SAID = PilotAgreed(pilot="p1", agreed_by="carla", criteria=(CRITERION,))
AGREED = by("carla")(SAID)
STARTED = PilotStarted(run="p1.1", pilot="p1", candidate="rc1")
CHOICE = (PROPOSED, BUILT, CHOSEN)


def ran(passed: int, run: str = "t1", type_: TestType = "system", candidate: str = "rc1") -> TestRunCompleted:
    """A test run of ten cases."""
    return TestRunCompleted(run=run, type=type_, candidate=candidate, planned=10, passed=passed, failed=10 - passed)


def defect(name: str, severity: str = "blocker", candidate: str | None = "rc1") -> DefectReported:
    return DefectReported(defect=name, severity=severity, found_in="test", candidate=candidate)


def ended(outcome: Outcome, *issues: str, run: str = "p1.1") -> PilotDecided:
    return PilotDecided(run=run, outcome=outcome, issues=issues)


def written(about: str, type_: DocumentType = "workaround") -> DocumentRecorded:
    return DocumentRecorded(document="w1", type=type_, title="What to do", digest=DIGEST, about=(about,))


def test_a_candidate_that_passed_is_tested(look: Look) -> None:
    found = look("candidate-tested", *CHOICE, ran(10), at=READY)
    assert (found.result, found.sentence, found.rests_on) == ("met", "candidate rc1 passed t1", (3, 4))


def test_nothing_chosen_is_not_tested(look: Look) -> None:
    for control in ("candidate-tested", "acceptance-tested"):
        found = look(control, PROPOSED, BUILT, ran(10, type_="acceptance"), at=READY, column="standard")
        assert (found.result, found.sentence) == ("unmet", "no candidate is chosen yet")


def test_a_test_of_another_candidate_is_none_of_the_chosen(look: Look) -> None:
    other = CandidateBuilt(candidate="rc2", digest=DIGEST)
    found = look("candidate-tested", *CHOICE, other, ran(10, candidate="rc2"), at=READY)
    assert found.sentence == "candidate rc1 is chosen, but no test run of it is recorded"


def test_a_failure_that_no_defect_accounts_for_is_not_tested(look: Look) -> None:
    found = look("candidate-tested", *CHOICE, ran(9), at=READY)
    assert found.sentence == "not all cases of t1 passed on rc1, and no defect is reported for it"
    elsewhere = look("candidate-tested", *CHOICE, ran(9), defect("d1", candidate=None), at=READY)
    assert elsewhere.result == "unmet"
    known = look("candidate-tested", *CHOICE, ran(9), defect("d1"), at=READY)
    assert (known.result, known.rests_on) == ("met", (3, 4, 5))
    assert known.sentence == "not all cases of t1 passed on rc1; 1 defect reported"


def test_the_last_run_of_a_type_counts(look: Look) -> None:
    assert look("candidate-tested", *CHOICE, ran(0), ran(10, "t2"), at=READY).result == "met"
    assert look("candidate-tested", *CHOICE, ran(10), ran(0, "t2"), at=READY).result == "unmet"
    assert look("candidate-tested", *CHOICE, ran(0), ran(10, "t2", "security"), at=READY).result == "unmet"


def test_users_test_the_chosen_candidate(look: Look) -> None:
    assert look("acceptance-tested", *CHOICE, ran(10, type_="acceptance"), at=READY).result == "met"
    other = look("acceptance-tested", *CHOICE, ran(10), at=READY, column="emergency")
    assert (other.result, other.sentence) == (
        "unmet",
        "candidate rc1 is chosen, but no acceptance test of it is recorded",
    )


def test_no_defect_blocks_where_none_of_a_blocking_severity_is_open(look: Look) -> None:
    small = defect("d1", "minor")
    found = look("no-blocking-defects", PROPOSED, BUILT, small, at=READY)
    assert (found.result, found.sentence) == ("met", "1 defect reported, no blocking defect open")
    assert look("no-blocking-defects", *CHOICE, ran(10), at=READY).sentence.startswith("0 defects reported")


def test_no_defect_in_what_nobody_tested_says_nothing(look: Look) -> None:
    assert look("no-blocking-defects", PROPOSED, at=READY).result == "unmet"
    assert look("no-blocking-defects", PROPOSED, at=READY, column="minor").result == "not-applicable"


def test_a_fixed_defect_blocks_until_it_is_verified(look: Look) -> None:
    past = (PROPOSED, BUILT, defect("d1"), defect("d2", "critical"))
    found = look("no-blocking-defects", *past, at=READY)
    assert found.sentence == "2 blocking defects open: d1 (blocker, active), d2 (critical, active)"
    fixed = (*past, DefectResolved(defect="d1", resolution="fixed"), DefectVerified(defect="d1"))
    resolved = DefectResolved(defect="d2", resolution="fixed")
    half = look("no-blocking-defects", *fixed, resolved, at=READY)
    assert (half.sentence, half.rests_on) == ("1 blocking defect open: d2 (critical, resolved)", (7,))
    assert look("no-blocking-defects", *fixed, resolved, DefectVerified(defect="d2"), at=READY).result == "met"


def test_a_blocking_defect_that_was_put_off_is_told(look: Look) -> None:
    later = DefectTriaged(defect="d1", severity="blocker", decision="defer")
    found = look("no-blocking-defects", PROPOSED, BUILT, defect("d1"), later, at=READY)
    assert found.sentence == "1 defect reported, no blocking defect open; 1 deferred to a later release"


def test_ten_thousand_defects_are_counted_and_three_named(look: Look) -> None:
    found = look("no-blocking-defects", PROPOSED, BUILT, *(defect(f"d{n}") for n in range(10_000)), at=READY)
    assert found.sentence.startswith("10000 blocking defects open: d0 (blocker, active), ")
    assert found.sentence.endswith(" and 9997 more")


def test_a_pilot_begins_on_agreed_criteria(look: Look) -> None:
    for point in (ActOf.PILOT, READY):
        found = look("pilot-criteria-agreed-first", PROPOSED, BUILT, AGREED, STARTED, at=point)
        assert (found.result, found.rests_on) == ("met", (3, 4))


def test_without_a_pilot_no_criteria_are_asked_for(look: Look) -> None:
    assert look("pilot-criteria-agreed-first", PROPOSED, at=READY, column="major").result == "not-applicable"


def test_criteria_agreed_after_a_pilot_began_come_too_late(look: Look) -> None:
    late = look("pilot-criteria-agreed-first", PROPOSED, BUILT, STARTED, AGREED, at=READY)
    assert late.sentence == "1 pilot run started without agreed criteria (p1.1: no agreement before the start)"
    past = (PROPOSED, BUILT, by("carla", at=START + timedelta(hours=9))(SAID))
    for hour, result in ((8, "unmet"), (9, "met")):
        told_late = by("ada", at=START + timedelta(hours=hour))(STARTED)
        assert look("pilot-criteria-agreed-first", *past, told_late, at=READY).result == result


def test_a_pilot_without_a_criterion_is_not_agreed(look: Look) -> None:
    vague = PilotAgreed(pilot="p1", agreed_by="carla", criteria=())
    found = look("pilot-criteria-agreed-first", PROPOSED, BUILT, vague, STARTED, at=READY)
    assert "no criterion agreed" in found.sentence


def test_nobody_else_agrees_in_the_name_of_the_customer(look: Look) -> None:
    found = look("pilot-criteria-agreed-first", PROPOSED, BUILT, SAID, STARTED, AGREED, at=READY)
    assert (
        found.sentence
        == "1 pilot run started without agreed criteria (p1.1: agreement not recorded by carla before the start)"
    )
    for both in ((SAID, AGREED), (AGREED, SAID)):
        assert look("pilot-criteria-agreed-first", PROPOSED, BUILT, *both, STARTED, at=READY).result == "met"


def test_the_team_does_not_agree_for_the_customer(look: Look) -> None:
    past = (PROPOSED, BUILT, holds("carla", "tester"), AGREED, STARTED)
    found = look("pilot-criteria-agreed-first", *past, at=READY)
    assert "agreed by a member of the team" in found.sentence


def test_each_run_of_a_pilot_is_looked_at_before_release(look: Look) -> None:
    again = PilotStarted(run="p1.2", pilot="p1", candidate="rc1")
    past = (PROPOSED, BUILT, STARTED, AGREED, again)
    assert look("pilot-criteria-agreed-first", *past, at=READY).result == "unmet"
    assert look("pilot-criteria-agreed-first", *past, at=ActOf.PILOT).result == "met"


def test_a_pilot_ends_in_deploy(look: Look) -> None:
    past = (*CHOICE, AGREED, STARTED)
    found = look("pilot-decided-deploy", *past, ended("deploy"), at=READY)
    assert (found.result, found.rests_on) == ("met", (5, 6))
    assert look("pilot-decided-deploy", *past, at=READY).sentence == "pilot run p1.1 is not decided yet"
    suspended = look("pilot-decided-deploy", *past, ended("suspend"), at=READY)
    assert suspended.sentence == "the last pilot run, p1.1, ended in suspend"
    assert look("pilot-decided-deploy", PROPOSED, BUILT, STARTED, ended("deploy"), at=READY).result == "met"


def test_no_pilot_decided_nothing(look: Look) -> None:
    assert look("pilot-decided-deploy", *CHOICE, at=READY, column="major").result == "unmet"
    assert look("pilot-decided-deploy", *CHOICE, at=READY, column="minor").result == "not-applicable"


def test_a_pilot_of_another_candidate_decides_nothing_for_the_chosen(look: Look) -> None:
    newer = CandidateBuilt(candidate="rc2", digest=DIGEST), CandidateChosen(candidate="rc2", digest=DIGEST)
    found = look("pilot-decided-deploy", PROPOSED, BUILT, STARTED, ended("deploy"), *newer, at=READY)
    assert found.sentence == "p1.1 was decided for rc1, but the chosen candidate is rc2, which has no pilot"


def test_an_open_pilot_issue_has_a_workaround(look: Look) -> None:
    past = (PROPOSED, BUILT, AGREED, STARTED, ended("deploy", "slow", "d1"), defect("d1"))
    found = look("workarounds-documented", *past, written("slow"), at=READY)
    assert found.sentence == "1 open pilot issue without a documented workaround: d1"
    other = look("workarounds-documented", *past, written("slow", "report"), at=READY)
    assert other.sentence == "2 open pilot issues without a documented workaround: d1, slow"
    closed = (DefectResolved(defect="d1", resolution="fixed"), DefectVerified(defect="d1"))
    done = look("workarounds-documented", *past, *closed, written("slow"), at=READY)
    assert (done.result, done.rests_on) == ("met", (5, 9))


def test_a_pilot_that_left_no_issue_needs_no_workaround(look: Look) -> None:
    past = (PROPOSED, BUILT, AGREED, STARTED, ended("stagger_forward", "slow"))
    again = (PilotStarted(run="p1.2", pilot="p1", candidate="rc1"), ended("deploy", run="p1.2"))
    found = look("workarounds-documented", *past, *again, at=READY)
    assert (found.result, found.sentence) == ("met", "0 open pilot issues, all with a workaround")


def test_issues_of_a_pilot_without_a_decision_are_not_known(look: Look) -> None:
    assert look("workarounds-documented", PROPOSED, BUILT, STARTED, at=READY).result == "unmet"
    assert look("workarounds-documented", PROPOSED, BUILT, STARTED, at=READY, column="minor").result == "not-applicable"
    assert look("workarounds-documented", PROPOSED, at=READY).result == "not-applicable"
