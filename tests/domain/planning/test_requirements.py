"""A requirement."""

from domain.planning.requirements import RequirementCaptured, RequirementRevised, requirements_in_force
from domain.reviews.fact_reports import report
from domain.state.project import Project
from tests.domain.openings import PROPOSED, GivenPast

CARDS = RequirementCaptured(requirement="cards", level="user", statement="pay by card", source="sales")
CASH = RequirementCaptured(requirement="cash", level="business", statement="pay in cash")
CHANGED = RequirementRevised(requirement="cards", change="changed", statement="pay by any card")
REMOVED = RequirementRevised(requirement="cards", change="removed", change_request="cr-1")
RESTORED = RequirementRevised(requirement="cards", change="restored")


def _names(project: Project, at: int | None = None) -> list[str]:
    return list(requirements_in_force(project, at))


def test_is_captured(given: GivenPast) -> None:
    given(PROPOSED).when(report(CARDS)).then(CARDS)


def test_captured_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, CARDS, CASH).when(report(CARDS)).then_nothing()


def test_captured_in_other_words_is_a_revision(given: GivenPast) -> None:
    other = CARDS.model_copy(update={"statement": "pay by any card"})
    given(PROPOSED, CARDS).when(report(other)).then_rejected(
        "requirement: cards is already captured; revise it .revise-requirement. or use another id"
    )
    given(PROPOSED, CARDS, REMOVED).when(report(CARDS)).then_rejected(
        "requirement: cards is already captured; revise it .revise-requirement. or use another id"
    )


def test_is_revised(given: GivenPast) -> None:
    given(PROPOSED, CARDS).when(report(CHANGED)).then(CHANGED)


def test_revised_again_the_same_way_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, CARDS, CHANGED).when(report(CHANGED)).then_nothing()
    given(PROPOSED, CARDS, REMOVED).when(report(REMOVED)).then_nothing()


def test_that_nobody_captured_is_not_revised(given: GivenPast) -> None:
    given(PROPOSED, CASH).when(report(CHANGED)).then_rejected(
        "requirement: cards is not captured; capture it first .capture-requirement."
    )


def test_that_changes_is_worded_anew(given: GivenPast) -> None:
    wordless = RequirementRevised(requirement="cards", change="changed")
    given(PROPOSED, CARDS).when(report(wordless)).then_rejected(
        "statement: a changed requirement needs its new text; give the statement"
    )


def test_that_was_removed_is_restored_before_it_is_changed(given: GivenPast) -> None:
    given(PROPOSED, CARDS, REMOVED).when(report(CHANGED)).then_rejected(
        "requirement: cards was removed; restore it first .revise-requirement, change restored."
    )
    given(PROPOSED, CARDS, REMOVED).when(report(RESTORED)).then(RESTORED)
    given(PROPOSED, CARDS, REMOVED, RESTORED).when(report(REMOVED)).then(REMOVED)


def test_in_force_needs_no_restoring(given: GivenPast) -> None:
    given(PROPOSED, CARDS).when(report(RESTORED)).then_rejected(
        "requirement: cards is not removed, so it can't be restored"
    )
    given(PROPOSED, CARDS, CHANGED).when(report(RESTORED)).then_rejected(
        "requirement: cards is not removed, so it can't be restored"
    )


def test_is_in_force_until_it_is_removed(given: GivenPast) -> None:
    project = given(PROPOSED, CARDS, CASH, CHANGED, REMOVED).project()
    assert _names(project) == ["cash"]
    assert _names(project, at=2) == ["cards"]
    assert _names(project, at=4) == ["cards", "cash"]
    assert _names(given(PROPOSED, CARDS, REMOVED, RESTORED).project()) == ["cards"]
