"""A master plan."""

from domain.planning.plans import PlanBaselined, Subplan
from domain.reviews.fact_reports import report
from tests.domain.openings import DOCUMENT, PROPOSED, GivenPast

TESTING = Subplan(subplan="test", driving_role="tester", document=DOCUMENT)
FIRST = PlanBaselined(version=1, document=DOCUMENT, subplans=(TESTING,))


def test_is_baselined(given: GivenPast) -> None:
    given(PROPOSED).when(report(FIRST)).then(FIRST)


def test_baselined_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST)).then_nothing()


def test_that_changes_takes_a_new_version(given: GivenPast) -> None:
    other = FIRST.model_copy(update={"subplans": ()})
    given(PROPOSED, FIRST).when(report(other)).then_rejected("baseline this as version 2")


def test_names_each_subplan_once(given: GivenPast) -> None:
    twice = FIRST.model_copy(update={"subplans": (TESTING, TESTING)})
    given(PROPOSED).when(report(twice)).then_rejected(
        "subplans: test is listed more than once; list each sub-plan once"
    )
