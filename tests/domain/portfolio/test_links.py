"""A link."""

from domain.portfolio.links import ProjectLinked
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

OLDER = ProjectLinked(relation="replaces", to="pay-1")


def test_is_told_once(given: GivenPast) -> None:
    given(PROPOSED).when(report(OLDER)).then(OLDER)
    given(PROPOSED, OLDER).when(report(OLDER)).then_nothing()


def test_to_another_project_or_the_other_way_is_another_one(given: GivenPast) -> None:
    others = [OLDER.model_copy(update={"to": "pay-0"}), OLDER.model_copy(update={"relation": "replaced-by"})]
    known = given(PROPOSED, OLDER, *others).project().facts.parts(ProjectLinked)
    assert [link.event for link in known.values()] == [OLDER, *others]
