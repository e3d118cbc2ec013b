"""A goal of the organisation."""

from domain.portfolio.goals import GoalLinked
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

FASTER = GoalLinked(goal="faster", statement="pay within a day", confirmed_by_role="executive")


def test_is_linked(given: GivenPast) -> None:
    given(PROPOSED).when(report(FASTER)).then(FASTER)


def test_linked_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FASTER).when(report(FASTER)).then_nothing()


def test_confirmed_by_another_role_is_news(given: GivenPast) -> None:
    confirmed = FASTER.model_copy(update={"confirmed_by_role": "sponsor"})
    given(PROPOSED, FASTER).when(report(confirmed)).then(confirmed)
