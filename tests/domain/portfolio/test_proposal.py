"""A proposal."""

from domain.portfolio.proposal import ProposeProject
from tests.domain.openings import PROPOSED, GivenPast

PROPOSE = ProposeProject(title="Pay", project_kind="it_service", service="pay", customer="sales")


def test_is_made_by_whoever_asks_unless_another_is_named(given: GivenPast) -> None:
    given().when(PROPOSE, by="ada").then(PROPOSED)
    for_ada = PROPOSE.model_copy(update={"requester": "ada"})
    given().when(for_ada, by="grace").then(PROPOSED)


def test_takes_a_key_that_is_free(given: GivenPast) -> None:
    given(PROPOSED).when(PROPOSE).then_rejected("choose another key")


def test_opens_the_project_under_its_policy(given: GivenPast) -> None:
    project = given(PROPOSED).project()
    assert (project.entry.requester, project.entry.policy, project.origin) == ("ada", "default/1", "live")
