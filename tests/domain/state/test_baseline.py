"""A baseline."""

from domain.planning.budget import BudgetBaselined
from domain.reviews.fact_reports import report
from domain.values import Money
from tests.domain.openings import PROPOSED, GivenPast


def _version(version: int, amount: str = "1") -> BudgetBaselined:
    return BudgetBaselined(version=version, at_completion=Money(amount=amount, currency="EUR"))


def test_never_changes(given: GivenPast) -> None:
    given(PROPOSED, _version(1)).when(report(_version(1, "2"))).then_rejected("baseline this as version 2")


def test_before_the_one_in_force_does_not_come_back(given: GivenPast) -> None:
    given(PROPOSED, _version(1), _version(3)).when(report(_version(1))).then_rejected("baseline this as version 4")


def test_may_leave_versions_out(given: GivenPast) -> None:
    given(PROPOSED, _version(1)).when(report(_version(3))).then(_version(3))
