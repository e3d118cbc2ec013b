"""An estimate."""

from domain.planning.estimates import EstimateGiven
from domain.reviews.fact_reports import report
from domain.values import Money
from tests.domain.openings import PROPOSED, GivenPast

CODING = EstimateGiven(
    item_type="package", item_id="coding", effort_hours="80", low="60", high="120", by_role="developer"
)


def test_is_given(given: GivenPast) -> None:
    given(PROPOSED).when(report(CODING)).then(CODING)
    cost = EstimateGiven(item_type="feature", item_id="reader", cost=Money(amount="300", currency="EUR"))
    given(PROPOSED).when(report(cost)).then(cost)


def test_given_again_says_nothing_new(given: GivenPast) -> None:
    of_a_feature = CODING.model_copy(update={"about": "feature"})
    given(PROPOSED, CODING, of_a_feature).when(report(CODING)).then_nothing()


def test_says_hours_or_a_cost(given: GivenPast) -> None:
    empty = EstimateGiven(item_type="feature", item_id="reader")
    given(PROPOSED).when(report(empty)).then_rejected(
        "effort_hours: the estimate is empty; give hours of effort, a cost, or both"
    )


def test_lies_between_low_and_high(given: GivenPast) -> None:
    twisted = CODING.model_copy(update={"low": "120", "high": "60.5"})
    given(PROPOSED).when(report(twisted)).then_rejected("high: 60.5 hours is below low .120.; give a higher number")
    sure = CODING.model_copy(update={"low": "80", "high": "80.0"})
    given(PROPOSED).when(report(sure)).then(sure)
