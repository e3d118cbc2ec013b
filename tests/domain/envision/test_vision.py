"""A vision with its scope."""

from domain.envision.vision import VisionScopeBaselined
from domain.reviews.fact_reports import report
from tests.domain.openings import DOCUMENT, PROPOSED, GivenPast

FIRST = VisionScopeBaselined(version=1, document=DOCUMENT, problem="paying takes a week", in_scope=("cards",))


def test_is_baselined(given: GivenPast) -> None:
    given(PROPOSED).when(report(FIRST)).then(FIRST)


def test_baselined_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FIRST).when(report(FIRST)).then_nothing()


def test_that_changes_takes_a_new_version(given: GivenPast) -> None:
    wider = FIRST.model_copy(update={"in_scope": ("cards", "cash")})
    given(PROPOSED, FIRST).when(report(wider)).then_rejected("baseline this as version 2")
    second = wider.model_copy(update={"version": 2})
    given(PROPOSED, FIRST).when(report(second)).then(second)
