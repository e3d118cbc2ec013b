"""A defect."""

import pytest

from domain.lifecycle import Phase
from domain.reviews.fact_reports import report
from domain.stabilize.candidates import CandidateBuilt
from domain.stabilize.defects import (
    DefectFact,
    DefectReopened,
    DefectReported,
    DefectResolved,
    DefectTriaged,
    DefectVerified,
    defects,
    open_defects,
)
from tests.domain.openings import PROPOSED, GivenPast

BUILT = CandidateBuilt(candidate="rc1", digest=f"sha256:{1:064x}")
FOUND = DefectReported(defect="d1", severity="high", found_in="test", title="it stops", candidate="rc1")
FIX = DefectTriaged(defect="d1", severity="high", decision="fix")
DEFER = DefectTriaged(defect="d1", severity="low", decision="defer", release="2")
FIXED = DefectResolved(defect="d1", resolution="fixed", build="b2", injected_in=Phase.BUILD)
CLOSED = DefectVerified(defect="d1", candidate="rc1")
REOPENED = DefectReopened(defect="d1", candidate="rc1")


def test_is_found(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(FOUND)).then(FOUND)


def test_is_found_where_there_is_no_candidate(given: GivenPast) -> None:
    found = DefectReported(defect="d1", severity="high", found_in="production", deployment="a1")
    given(PROPOSED).when(report(found)).then(found)


@pytest.mark.parametrize(
    ("past", "told"),
    [
        ([FOUND], FIX),
        ([FOUND], FIXED),
        ([FOUND, FIXED], CLOSED),
        ([FOUND, FIXED], REOPENED),
        ([FOUND, DEFER], REOPENED),
    ],
)
def test_goes_on(given: GivenPast, past: list[DefectFact], told: DefectFact) -> None:
    given(PROPOSED, BUILT, *past).when(report(told)).then(told)


@pytest.mark.parametrize(
    "past", [[FOUND], [FOUND, FIX], [FOUND, FIXED], [FOUND, FIXED, CLOSED], [FOUND, FIXED, CLOSED, REOPENED]]
)
def test_told_again_unchanged_says_nothing_new(given: GivenPast, past: list[DefectFact]) -> None:
    given(PROPOSED, BUILT, *past).when(report(past[-1])).then_nothing()


def test_fixed_again_in_the_same_words_is_fixed_twice(given: GivenPast) -> None:
    given(PROPOSED, BUILT, FOUND, FIXED, REOPENED).when(report(FIXED)).then(FIXED)
    given(PROPOSED, BUILT, FOUND, FIXED, REOPENED, FIXED).when(report(REOPENED)).then(REOPENED)


@pytest.mark.parametrize("told", [FIX, FIXED, CLOSED, REOPENED])
def test_that_nobody_found_goes_nowhere(given: GivenPast, told: DefectFact) -> None:
    given(PROPOSED, BUILT).when(report(told)).then_rejected(
        "defect: defect d1 is not reported; report it first .report-defect."
    )


@pytest.mark.parametrize(("past", "told"), [([], FOUND), ([FOUND, FIXED], CLOSED), ([FOUND, FIXED], REOPENED)])
def test_names_a_candidate_that_there_is(given: GivenPast, past: list[DefectFact], told: DefectFact) -> None:
    given(PROPOSED, *past).when(report(told)).then_rejected(
        "candidate: candidate rc1 is not recorded; record it first .build-candidate."
    )


@pytest.mark.parametrize("past", [[], [FIXED, REOPENED]])
def test_that_is_not_resolved_is_not_verified(given: GivenPast, past: list[DefectFact]) -> None:
    given(PROPOSED, BUILT, FOUND, *past).when(report(CLOSED)).then_rejected("is not resolved")


def test_resolved_after_it_was_reopened_is_verified(given: GivenPast) -> None:
    without = DefectVerified(defect="d1")
    given(PROPOSED, BUILT, FOUND, FIXED, REOPENED, FIXED).when(report(without)).then(without)


def test_that_is_open_as_it_is_is_not_reopened(given: GivenPast) -> None:
    given(PROPOSED, BUILT, FOUND).when(report(DefectReopened(defect="d1"))).then_rejected(
        "defect: defect d1 is already open, so it can't be reopened"
    )


def test_is_reopened_outside_any_candidate(given: GivenPast) -> None:
    reopened = DefectReopened(defect="d1")
    given(PROPOSED, BUILT, FOUND, FIXED).when(report(reopened)).then(reopened)


def test_is_a_duplicate_of_another_that_there_is(given: GivenPast) -> None:
    def duplicate(of: str | None) -> DefectTriaged:
        return DefectTriaged(defect="d1", severity="high", decision="duplicate", duplicate_of=of)

    other = DefectReported(defect="d2", severity="high", found_in="test")
    past = given(PROPOSED, BUILT, FOUND, other)
    past.when(report(duplicate("d2"))).then(duplicate("d2"))
    past.when(report(duplicate("d3"))).then_rejected(
        "defect: defect d3 is not reported; report it first .report-defect."
    )
    past.when(report(duplicate("d1"))).then_rejected("of itself")
    past.when(report(duplicate(None))).then_rejected(
        "duplicate_of: give the original defect if the resolution is duplicate, and leave it out otherwise"
    )
    past.when(report(FIX.model_copy(update={"duplicate_of": "d2"}))).then_rejected(
        "duplicate_of: give the original defect if the resolution is duplicate, and leave it out otherwise"
    )


@pytest.mark.parametrize(
    ("past", "state", "severity"),
    [
        ([], "active", "high"),
        ([FIX], "active", "high"),
        ([DEFER], "deferred", "low"),
        ([DefectTriaged(defect="d1", severity="low", decision="reject")], "closed", "low"),
        ([FIXED], "resolved", "high"),
        ([FIXED, CLOSED], "closed", "high"),
        ([FIXED, CLOSED, REOPENED], "active", "high"),
        ([DEFER, FIXED, CLOSED, REOPENED], "active", "low"),
        ([DEFER, FOUND], "deferred", "high"),
    ],
)
def test_stands_as_its_last_fact_says(given: GivenPast, past: list[DefectFact], state: str, severity: str) -> None:
    (defect,) = defects(given(PROPOSED, BUILT, FOUND, *past).project())
    assert (defect.id, defect.state, defect.severity) == ("d1", state, severity)


def test_is_open_until_it_is_closed_or_deferred(given: GivenPast) -> None:
    low = DefectReported(defect="d2", severity="low", found_in="pilot")
    away = DefectTriaged(defect="d3", severity="high", decision="defer")
    third = DefectReported(defect="d3", severity="high", found_in="test")
    project = given(PROPOSED, BUILT, FOUND, low, third, away, FIXED).project()
    assert [defect.id for defect in open_defects(project)] == ["d1", "d2"]
    assert [defect.id for defect in open_defects(project, ("high", "critical"))] == ["d1"]
    assert open_defects(project, ()) == []
    assert open_defects(given(PROPOSED, BUILT, FOUND, FIXED, CLOSED).project()) == []
