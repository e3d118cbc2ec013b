"""A cost."""

import pytest
from pydantic import ValidationError

from domain.build.costs import CostRecorded
from domain.reviews.fact_reports import report
from domain.values import Money
from tests.domain.openings import PROPOSED, GivenPast

LABOUR = CostRecorded(period="2026-01", amount=Money(amount="1200.50", currency="EUR"), type="labour", package="wp-1")


def test_is_booked(given: GivenPast) -> None:
    given(PROPOSED).when(report(LABOUR)).then(LABOUR)


def test_booked_twice_is_spent_twice(given: GivenPast) -> None:
    given(PROPOSED, LABOUR).when(report(LABOUR)).then(LABOUR)


def test_is_taken_back_by_a_reversal(given: GivenPast) -> None:
    back = LABOUR.model_copy(update={"entry": "reversal"})
    given(PROPOSED, LABOUR).when(report(back)).then(back)


def test_is_never_negative(given: GivenPast) -> None:
    negative = LABOUR.model_copy(update={"amount": Money(amount="-1200.50", currency="EUR")})
    given(PROPOSED).when(report(negative)).then_rejected(
        "amount: a cost can't be negative; correct the original booking instead .correct-fact."
    )


def test_belongs_to_a_month_that_there_is() -> None:
    with pytest.raises(ValidationError, match="period"):
        CostRecorded(period="2026-13", amount=LABOUR.amount, type="labour")
