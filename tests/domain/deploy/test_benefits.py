"""A benefit."""

from datetime import date

from domain.deploy.benefits import BenefitMeasured
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

MEASURED = BenefitMeasured(criterion="faster", value="0.8", measured_on=date(2026, 1, 5))


def test_is_measured(given: GivenPast) -> None:
    given(PROPOSED).when(report(MEASURED)).then(MEASURED)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, MEASURED).when(report(MEASURED)).then_nothing()


def test_is_not_measured_in_the_future(given: GivenPast) -> None:
    later = MEASURED.model_copy(update={"measured_on": date(2026, 1, 6)})
    given(PROPOSED).when(report(later)).then_rejected(
        "measured_on: the day is in the future; give the day of the measurement"
    )
