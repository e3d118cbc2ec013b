"""A success criterion."""

from datetime import date

from domain.envision.criteria import SuccessCriterionAgreed
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

SPEED = SuccessCriterionAgreed(
    criterion="speed",
    statement="customers are paid soon",
    measure="median of days to pay",
    unit="days",
    baseline_value="7",
    target_value="1.5",
    direction="down",
    measure_by=date(2026, 12, 1),
    measured_by="grace",
    agreed_with="sales",
)


def test_is_agreed(given: GivenPast) -> None:
    given(PROPOSED).when(report(SPEED)).then(SPEED)


def test_agreed_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, SPEED).when(report(SPEED)).then_nothing()


def test_with_another_target_is_news(given: GivenPast) -> None:
    bolder = SPEED.model_copy(update={"target_value": "1"})
    given(PROPOSED, SPEED).when(report(bolder)).then(bolder)
