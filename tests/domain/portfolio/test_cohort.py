"""A cohort that a project counts under."""

from domain.portfolio.cohort import ProjectReassigned, ReassignProject, cohort
from domain.state.project import Project
from tests.domain.openings import CANCELLED, PROPOSED, GivenPast

TO_TRADE = ReassignProject(attribute="customer", new="trade", reason="sales was split")
REASSIGNED = ProjectReassigned(attribute="customer", previous="sales", new="trade", reason="sales was split")


def test_is_changed_and_says_what_it_was(given: GivenPast) -> None:
    given(PROPOSED).when(TO_TRADE).then(REASSIGNED)


def test_changed_again_was_what_it_became_last(given: GivenPast) -> None:
    back = ReassignProject(attribute="customer", new="sales", reason="merged again")
    [again] = given(PROPOSED, REASSIGNED).when(back).follows()
    assert again == ProjectReassigned(attribute="customer", previous="trade", new="sales", reason="merged again")


def test_stays_when_it_is_the_same(given: GivenPast) -> None:
    given(PROPOSED, REASSIGNED).when(TO_TRADE).then_nothing()
    given(PROPOSED).when(ReassignProject(attribute="service", new="pay")).then_nothing()


def test_that_changes_needs_a_reason(given: GivenPast) -> None:
    nameless = ReassignProject(attribute="retention_class", new="ten-years")
    given(PROPOSED).when(nameless).then_rejected("reason: a change of the retention class needs a reason")


def test_asks_for_a_project_that_is_not_over(given: GivenPast) -> None:
    given().when(TO_TRADE).then_rejected("propose it first")
    given(PROPOSED, CANCELLED).when(TO_TRADE).then_rejected("final")


def test_is_what_the_proposal_says_until_it_is_changed(given: GivenPast) -> None:
    project = given(PROPOSED, REASSIGNED).project()
    assert (cohort(project, "customer"), cohort(project, "portfolio")) == ("trade", "main")
    assert cohort(project, "retention_class") is None
    assert cohort(Project(), "customer") is None
