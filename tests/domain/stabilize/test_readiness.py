"""A readiness item."""

from domain.reviews.fact_reports import report
from domain.stabilize.readiness import ReadinessItemConfirmed, confirmed_items
from tests.conftest import by
from tests.domain.openings import PROPOSED, GivenPast

TRAINED = ReadinessItemConfirmed(item="training")
WITHDRAWN = ReadinessItemConfirmed(item="training", withdrawn=True)


def test_is_confirmed(given: GivenPast) -> None:
    given(PROPOSED).when(report(TRAINED), by="olga", role="operations").then(TRAINED)


def test_confirmed_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, TRAINED).when(report(TRAINED)).then_nothing()


def test_is_withdrawn_and_confirmed_anew(given: GivenPast) -> None:
    given(PROPOSED, TRAINED).when(report(WITHDRAWN)).then(WITHDRAWN)
    given(PROPOSED, TRAINED, WITHDRAWN).when(report(TRAINED)).then(TRAINED)


def test_that_nobody_confirmed_is_not_withdrawn(given: GivenPast) -> None:
    given(PROPOSED).when(report(WITHDRAWN)).then_rejected(
        "item: readiness item training is not confirmed, so its confirmation can't be withdrawn"
    )


def test_stands_until_it_is_withdrawn(given: GivenPast) -> None:
    ola = ReadinessItemConfirmed(item="ola")
    project = given(PROPOSED, by("olga", "operations")(ola), TRAINED, WITHDRAWN).project()
    assert {item: record.role for item, record in confirmed_items(project).items()} == {"ola": "operations"}
