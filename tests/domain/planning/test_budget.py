"""A budget."""

from domain.planning.budget import BudgetBaselined
from domain.reviews.fact_reports import report
from domain.values import Money
from tests.domain.openings import PROPOSED, GivenPast

FIRST = BudgetBaselined(
    version=1,
    at_completion=Money(amount="90000", currency="EUR"),
    contingency=Money(amount="9000", currency="EUR"),
)


def test_is_baselined(given: GivenPast) -> None:
    given(PROPOSED).when(report(FIRST)).then(FIRST)
    plain = BudgetBaselined(version=1, at_completion=FIRST.at_completion)
    given(PROPOSED).when(report(plain)).then(plain)


def test_baselined_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST)).then_nothing()


def test_that_changes_takes_a_new_version(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST.model_copy(update={"contingency": None}))).then_rejected("as version 2")


def test_is_kept_in_one_currency(given: GivenPast) -> None:
    mixed = FIRST.model_copy(update={"contingency": Money(amount="9000", currency="USD")})
    given(PROPOSED).when(report(mixed)).then_rejected("one currency")
