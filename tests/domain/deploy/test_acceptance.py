"""Acceptance by the customer."""

import pytest

from domain.deploy.acceptance import AcceptSolution, SolutionAccepted, acceptance
from domain.envision.team import RoleAssigned
from domain.lifecycle import Category, Priority
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.pauses import ProjectCancelled
from tests.conftest import by
from tests.domain.deploy.past import AGAIN, ROLLED_BACK, STARTED, SUCCEEDED
from tests.domain.openings import PROPOSED, GivenPast

CUSTOMER = by("sam")(RoleAssigned(person="carol", role="customer"))
ACCEPT = AcceptSolution(statement="It does what we agreed", reservations=("the print is small",))
ACCEPTED = SolutionAccepted(statement="It does what we agreed", reservations=("the print is small",))


def test_is_given_by_the_customer(given: GivenPast) -> None:
    given(PROPOSED, CUSTOMER, STARTED, SUCCEEDED).when(ACCEPT, by="carol", role="customer").then(ACCEPTED)


def test_given_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, CUSTOMER, STARTED, SUCCEEDED, ACCEPTED).when(ACCEPT, by="carol").then_nothing()


def test_given_again_in_other_words_is_news(given: GivenPast) -> None:
    known = SolutionAccepted(statement="It works")
    given(PROPOSED, CUSTOMER, STARTED, SUCCEEDED, known).when(ACCEPT, by="carol").then(ACCEPTED)


@pytest.mark.parametrize(
    ("category", "priority"), [("significant", "medium"), ("major", "medium"), ("minor", "emergency")]
)
def test_is_nobody_elses(given: GivenPast, category: Category, priority: Priority) -> None:
    past = given(PROPOSED, ChangeClassified(category=category, priority=priority), CUSTOMER, STARTED, SUCCEEDED)
    past.when(ACCEPT, by="ada").then_rejected("only customer.* may accept the solution")


@pytest.mark.parametrize("category", ["standard", "minor"])
def test_of_a_small_change_is_its_requesters_too(given: GivenPast, category: Category) -> None:
    past = given(PROPOSED, ChangeClassified(category=category, priority="medium"), STARTED, SUCCEEDED)
    past.when(ACCEPT, by="ada").then(ACCEPTED)
    past.when(ACCEPT, by="carol").then_rejected("only customer.* may accept the solution")


def test_is_of_something_in_production(given: GivenPast) -> None:
    given(PROPOSED, CUSTOMER, STARTED).when(ACCEPT, by="carol").then_rejected(
        "the solution can't be accepted: nothing is in production; record the deployment first"
    )
    given().when(ACCEPT, by="carol").then_rejected(
        "there is no project with this key; propose it first .propose-project."
    )
    over = ProjectCancelled(cause="no-value")
    given(PROPOSED, CUSTOMER, STARTED, SUCCEEDED, over).when(ACCEPT, by="carol").then_rejected("cancelled")


@pytest.mark.parametrize("since", [ROLLED_BACK, AGAIN])
def test_is_of_what_stands_in_production_now(given: GivenPast, since: object) -> None:
    past = given(PROPOSED, CUSTOMER, STARTED, SUCCEEDED, ACCEPTED, since)
    assert acceptance(past.project()) is None
    past.when(ACCEPT, by="carol").then(ACCEPTED)
    before = acceptance(given(PROPOSED, STARTED, SUCCEEDED, ACCEPTED).project())
    assert before
    assert before.event == ACCEPTED
