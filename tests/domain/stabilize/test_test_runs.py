"""A test run."""

import pytest

from domain.reviews.fact_reports import report
from domain.stabilize.candidates import CandidateBuilt
from domain.stabilize.test_runs import RequirementTestRecorded, TestRunCompleted, runs_on
from tests.domain.openings import PROPOSED, GivenPast

BUILT = CandidateBuilt(candidate="rc1", digest=f"sha256:{1:064x}")
SYSTEM = TestRunCompleted(run="r1", type="system", candidate="rc1", planned=10, passed=7, failed=2, blocked=1)
TESTED = RequirementTestRecorded(requirement="req-1", run="r1", passed=True)


def test_is_completed(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(SYSTEM)).then(SYSTEM)


def test_is_completed_before_there_is_a_candidate(given: GivenPast) -> None:
    unit = TestRunCompleted(run="r1", type="unit", planned=3, passed=3)
    given(PROPOSED).when(report(unit)).then(unit)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILT, SYSTEM).when(report(SYSTEM)).then_nothing()


def test_names_a_candidate_that_there_is(given: GivenPast) -> None:
    given(PROPOSED).when(report(SYSTEM)).then_rejected(
        "candidate: candidate rc1 is not recorded; record it first .build-candidate."
    )


def test_has_no_more_outcomes_than_cases(given: GivenPast) -> None:
    odd = SYSTEM.model_copy(update={"passed": 8})
    given(PROPOSED, BUILT).when(report(odd)).then_rejected(
        "planned: there are 11 results for 10 planned cases; correct one of the numbers"
    )


@pytest.mark.parametrize(("planned", "passed", "successful"), [(3, 3, True), (3, 2, False), (0, 0, False)])
def test_is_successful_where_all_of_at_least_one_passed(planned: int, passed: int, successful: bool) -> None:
    assert TestRunCompleted(run="r1", type="unit", planned=planned, passed=passed).successful is successful


def test_says_what_it_showed_for_a_requirement(given: GivenPast) -> None:
    given(PROPOSED, BUILT, SYSTEM).when(report(TESTED)).then(TESTED)


def test_says_it_once(given: GivenPast) -> None:
    given(PROPOSED, BUILT, SYSTEM, TESTED).when(report(TESTED)).then_nothing()


def test_that_never_was_shows_nothing(given: GivenPast) -> None:
    given(PROPOSED).when(report(TESTED)).then_rejected(
        "run: test run r1 is not recorded; record it first .complete-test-run."
    )


def test_is_listed_by_its_candidate_and_type(given: GivenPast) -> None:
    acceptance = TestRunCompleted(run="r2", type="acceptance", candidate="rc1", planned=1, passed=1)
    unit = TestRunCompleted(run="r3", type="unit", planned=1, passed=1)
    again = SYSTEM.model_copy(update={"passed": 6})
    project = given(PROPOSED, BUILT, SYSTEM, acceptance, unit, again).project()
    assert [run.event for run in runs_on(project, "rc1")] == [acceptance, again]
    assert [run.event for run in runs_on(project, "rc1", "acceptance")] == [acceptance]
    assert runs_on(project, "rc2") == []
