"""A pilot."""

from datetime import date
from typing import get_args

import pytest
from pydantic import ValidationError

from domain.reviews.fact_reports import report
from domain.stabilize.candidates import CandidateBuilt
from domain.stabilize.pilot import (
    MOST_CRITERIA,
    Outcome,
    PilotAgreed,
    PilotCriterion,
    PilotDecided,
    PilotResult,
    PilotStarted,
    agreed_before,
    last_decision,
    pilot_runs,
)
from tests.domain.openings import PROPOSED, GivenPast

BUILT = CandidateBuilt(candidate="rc1", digest=f"sha256:{1:064x}")
FAST = PilotCriterion(criterion="fast", measure="p95", target="under 1 s")
AGREED = PilotAgreed(pilot="p1", agreed_by="carol", criteria=(FAST,), group="the till", begins=date(2026, 2, 2))
STARTED = PilotStarted(run="run1", pilot="p1", candidate="rc1")
DEPLOY = PilotDecided(
    run="run1",
    outcome="deploy",
    results=(PilotResult(criterion="fast", measured="0.4 s", met=True),),
    issues=("slow-print",),
)


def test_is_agreed_with_the_customer(given: GivenPast) -> None:
    given(PROPOSED).when(report(AGREED)).then(AGREED)


def test_agreed_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, AGREED).when(report(AGREED)).then_nothing()


def test_names_each_criterion_once(given: GivenPast) -> None:
    given(PROPOSED).when(report(AGREED.model_copy(update={"criteria": (FAST, FAST)}))).then_rejected(
        "criteria: fast is listed more than once; list each criterion once"
    )


def test_has_no_more_criteria_than_fit(given: GivenPast) -> None:
    many = tuple(PilotCriterion(criterion=f"c{n}", measure="m", target="t") for n in range(MOST_CRITERIA + 1))
    with pytest.raises(ValidationError, match="criteria"):
        PilotAgreed(pilot="p1", agreed_by="carol", criteria=many)


def test_does_not_end_before_it_begins(given: GivenPast) -> None:
    turned = AGREED.model_copy(update={"ends": date(2026, 2, 1)})
    given(PROPOSED).when(report(turned)).then_rejected("ends: the pilot ends before it begins; give a later day")


def test_starts(given: GivenPast) -> None:
    given(PROPOSED, BUILT, AGREED).when(report(STARTED)).then(STARTED)


def test_that_nobody_agreed_to_is_recorded_all_the_same(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(STARTED)).then(STARTED)


def test_started_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILT, AGREED, STARTED).when(report(STARTED)).then_nothing()


def test_runs_with_a_candidate_that_there_is(given: GivenPast) -> None:
    given(PROPOSED, AGREED).when(report(STARTED)).then_rejected(
        "candidate: candidate rc1 is not recorded; record it first .build-candidate."
    )


def test_runs_again_under_another_id_once_it_was_decided(given: GivenPast) -> None:
    other = STARTED.model_copy(update={"pilot": "p2"})
    given(PROPOSED, BUILT, STARTED).when(report(other)).then(other)
    given(PROPOSED, BUILT, STARTED, DEPLOY).when(report(other)).then_rejected(
        "run: pilot run run1 is already decided; record the next run under its own id"
    )


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_ends_in_one_of_five_ways(given: GivenPast, outcome: Outcome) -> None:
    decided = DEPLOY.model_copy(update={"outcome": outcome})
    given(PROPOSED, BUILT, AGREED, STARTED).when(report(decided)).then(decided)


def test_ends_in_no_sixth_way() -> None:
    assert len(get_args(Outcome)) == 5
    with pytest.raises(ValidationError, match="outcome"):
        PilotDecided.model_validate({"run": "run1", "outcome": "extend"})


def test_decided_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILT, AGREED, STARTED, DEPLOY).when(report(DEPLOY)).then_nothing()


def test_that_never_started_is_not_decided(given: GivenPast) -> None:
    given(PROPOSED, BUILT, AGREED).when(report(DEPLOY)).then_rejected(
        "run: pilot run run1 is not started; record its start first .start-pilot."
    )


def test_is_judged_by_its_own_criteria_only(given: GivenPast) -> None:
    odd = DEPLOY.model_copy(update={"results": (PilotResult(criterion="cheap", measured="1", met=True),)})
    given(PROPOSED, BUILT, AGREED, STARTED).when(report(odd)).then_rejected("results: pilot p1 has no criterion cheap")
    given(PROPOSED, BUILT, STARTED).when(report(odd)).then(odd)


def test_is_judged_once_by_each_criterion(given: GivenPast) -> None:
    twice = DEPLOY.model_copy(update={"results": DEPLOY.results * 2})
    given(PROPOSED, BUILT, AGREED, STARTED).when(report(twice)).then_rejected(
        "results: fast is listed more than once; list each criterion once"
    )


def test_was_agreed_before_it_began_or_not(given: GivenPast) -> None:
    later = AGREED.model_copy(update={"group": "all tills"})
    project = given(PROPOSED, BUILT, AGREED, STARTED, later).project()
    (run,) = pilot_runs(project)
    agreement = agreed_before(project, run)
    assert agreement
    assert agreement.event == AGREED
    late = given(PROPOSED, BUILT, STARTED, AGREED).project()
    assert agreed_before(late, pilot_runs(late)[0]) is None


def test_ended_as_its_last_run_did(given: GivenPast) -> None:
    suspended = PilotDecided(run="run1", outcome="suspend")
    second = PilotStarted(run="run2", pilot="p1", candidate="rc1")
    went = PilotDecided(run="run2", outcome="deploy")
    project = given(PROPOSED, BUILT, AGREED, STARTED, suspended, second, went).project()
    last = last_decision(project)
    assert last
    assert last.event == went
    assert [run.event for run in pilot_runs(project)] == [STARTED, second]
