"""A feature."""

from domain.planning.change_requests import ChangeRequestDecided, ChangeRequestRaised
from domain.planning.features import FeaturePlanned, features_in_scope
from domain.planning.requirements import RequirementCaptured
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

CARDS = RequirementCaptured(requirement="cards", level="user", statement="pay by card")
READER = FeaturePlanned(feature="reader", title="Card reader", requirements=("cards",), size="5", unit="points")
PRINTER = FeaturePlanned(feature="printer", title="Receipts")
REMOVAL = (
    ChangeRequestRaised(request="cr-1", about="scope", removes=("reader",)),
    ChangeRequestDecided(request="cr-1", outcome="approved"),
)


def test_is_planned(given: GivenPast) -> None:
    given(PROPOSED, CARDS).when(report(READER)).then(READER)


def test_planned_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, CARDS, READER, PRINTER).when(report(READER)).then_nothing()


def test_answers_requirements_that_were_captured(given: GivenPast) -> None:
    given(PROPOSED).when(report(READER)).then_rejected(
        "requirements: requirement cards is not captured; capture it first .capture-requirement."
    )


def test_is_in_scope_until_an_approved_change_takes_it_out(given: GivenPast) -> None:
    planned = (PROPOSED, CARDS, READER, PRINTER)
    assert list(features_in_scope(given(*planned).project())) == ["reader", "printer"]
    assert list(features_in_scope(given(*planned, REMOVAL[0]).project())) == ["reader", "printer"]
    assert list(features_in_scope(given(*planned, *REMOVAL).project())) == ["printer"]


def test_planned_after_it_was_taken_out_is_in_scope_again(given: GivenPast) -> None:
    smaller = READER.model_copy(update={"size": "2"})
    assert list(features_in_scope(given(PROPOSED, CARDS, READER, *REMOVAL, smaller).project())) == ["reader"]
