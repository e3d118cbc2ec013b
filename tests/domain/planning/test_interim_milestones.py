"""An interim milestone."""

from dataclasses import replace

from domain.lifecycle import Phase
from domain.planning.discipline import DisciplineChosen
from domain.planning.interim_milestones import InterimMilestoneReached
from domain.policy.policy import DisciplineTerms
from domain.reviews.fact_reports import report
from tests.conftest import Given
from tests.domain.openings import DOCUMENT, PROPOSED, GivenPast

FREEZE = InterimMilestoneReached(milestone="design-freeze", phase=Phase.BUILD, documents=(DOCUMENT,))
MSF = DisciplineChosen(discipline="msf")


def _under_msf(past: Given, *interim: str) -> Given:
    terms = DisciplineTerms(discipline="msf", title="MSF", interim_milestones=interim)
    return replace(past, policy=past.policy.model_copy(update={"disciplines": (terms,)}))


def test_is_reached(given: GivenPast) -> None:
    _under_msf(given(PROPOSED, MSF), "design-freeze").when(report(FREEZE)).then(FREEZE)


def test_reached_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, FREEZE).when(report(FREEZE)).then_nothing()


def test_with_a_number_is_another_one_each_time(given: GivenPast) -> None:
    first = InterimMilestoneReached(milestone="internal-release", phase=Phase.BUILD, n=1)
    second = first.model_copy(update={"n": 2})
    given(PROPOSED, first).when(report(second)).then(second)
    given(PROPOSED, first, second).when(report(first)).then_nothing()


def test_is_one_of_the_chosen_disciplines_if_that_names_any(given: GivenPast) -> None:
    _under_msf(given(PROPOSED, MSF), "pilot").when(report(FREEZE)).then_rejected("MSF has no interim milestone")
    _under_msf(given(PROPOSED, MSF)).when(report(FREEZE)).then(FREEZE)
    _under_msf(given(PROPOSED), "pilot").when(report(FREEZE)).then(FREEZE)
