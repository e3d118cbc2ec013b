"""A specification."""

import hashlib

from domain.planning.requirements import RequirementCaptured, RequirementRevised
from domain.planning.specification import BaselineSpecification, SpecificationBaselined, specified_requirements
from tests.domain.openings import CANCELLED, DOCUMENT, PROPOSED, GivenPast

CARDS = RequirementCaptured(requirement="cards", level="user", statement="pay by card")
CASH = RequirementCaptured(requirement="cash", level="user", statement="pay in cash")
REMOVED = RequirementRevised(requirement="cash", change="removed")
FIRST = BaselineSpecification(version=1, document=DOCUMENT)
BASELINED = SpecificationBaselined(
    version=1,
    document=DOCUMENT,
    requirements=2,
    requirements_digest="sha256:" + hashlib.sha256(b"cards\ncash\n").hexdigest(),
)


def test_is_baselined_with_the_requirements_in_force(given: GivenPast) -> None:
    given(PROPOSED, CASH, CARDS).when(FIRST).then(BASELINED)


def test_baselined_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, CARDS, CASH, BASELINED).when(FIRST).then_nothing()


def test_for_other_requirements_takes_a_new_version(given: GivenPast) -> None:
    past = given(PROPOSED, CARDS, CASH, BASELINED, REMOVED)
    past.when(FIRST).then_rejected("baseline this as version 2")
    past.when(FIRST.model_copy(update={"version": 2})).then_kinds("specification.baselined/1")


def test_asks_for_a_project_that_is_not_over(given: GivenPast) -> None:
    given().when(FIRST).then_rejected("propose it first")
    given(PROPOSED, CANCELLED).when(FIRST).then_rejected("final")


def test_answers_the_requirements_of_its_moment(given: GivenPast) -> None:
    project = given(PROPOSED, CARDS, CASH, BASELINED, REMOVED).project()
    assert list(specified_requirements(project)) == ["cards", "cash"]
    assert specified_requirements(given(PROPOSED, CARDS).project()) == {}
