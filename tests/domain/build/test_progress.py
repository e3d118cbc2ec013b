"""Progress."""

from datetime import date

import pytest

from domain.build.progress import ProgressReported
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

HALF = ProgressReported(package="wp-1", as_of=date(2026, 1, 5), done_permille=500)


def test_is_told_in_thousandths(given: GivenPast) -> None:
    given(PROPOSED).when(report(HALF)).then(HALF)


def test_is_told_in_units(given: GivenPast) -> None:
    units = ProgressReported(package="wp-1", as_of=date(2026, 1, 5), units="7.5")
    given(PROPOSED).when(report(units)).then(units)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, HALF).when(report(HALF)).then_nothing()


@pytest.mark.parametrize(("done", "units"), [(None, None), (500, "7.5")])
def test_is_told_in_one_measure(given: GivenPast, done: int | None, units: str | None) -> None:
    told = ProgressReported(package="wp-1", as_of=date(2026, 1, 5), done_permille=done, units=units)
    given(PROPOSED).when(report(told)).then_rejected(
        "done_permille: give either done_permille or units, not both and not neither"
    )


def test_is_never_less_than_nothing(given: GivenPast) -> None:
    told = ProgressReported(package="wp-1", as_of=date(2026, 1, 5), units="-1")
    given(PROPOSED).when(report(told)).then_rejected("units: the number is negative; give 0 or more")


def test_is_not_of_tomorrow(given: GivenPast) -> None:
    told = ProgressReported(package="wp-1", as_of=date(2026, 1, 6), done_permille=500)
    given(PROPOSED).when(report(told)).then_rejected("as_of: .* in the future")
