"""A project's closing."""

from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

REVIEWED = PostImplementationReviewRecorded(
    technical_success=True,
    business_success=True,
    on_time=False,
    on_budget=True,
    rfc_result="with-issues",
    configuration_audited=True,
    lessons=("agree the pilot earlier",),
    attendees=("ada", "olga"),
)


def test_looks_back(given: GivenPast) -> None:
    given(PROPOSED).when(report(REVIEWED)).then(REVIEWED)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, REVIEWED).when(report(REVIEWED)).then_nothing()
