"""A discipline."""

from dataclasses import replace

from domain.planning.discipline import DisciplineChosen
from domain.policy.policy import DisciplineTerms, Policy
from domain.reviews.fact_reports import report
from tests.conftest import Given
from tests.domain.openings import PROPOSED, GivenPast

SCRUM = DisciplineChosen(discipline="scrum", iteration_days=14)


def _knowing(past: Given, *names: str) -> Given:
    terms = tuple(DisciplineTerms(discipline=name, title=name.title()) for name in names)
    policy: Policy = past.policy.model_copy(update={"disciplines": terms})
    return replace(past, policy=policy)


def test_is_chosen(given: GivenPast) -> None:
    _knowing(given(PROPOSED), "scrum", "lean").when(report(SCRUM)).then(SCRUM)
    assert given(PROPOSED, SCRUM).project().entry.discipline == "scrum"


def test_chosen_again_says_nothing_new(given: GivenPast) -> None:
    _knowing(given(PROPOSED, SCRUM), "scrum").when(report(SCRUM)).then_nothing()


def test_is_one_that_the_policy_knows_if_it_knows_any(given: GivenPast) -> None:
    _knowing(given(PROPOSED), "msf", "lean").when(report(SCRUM)).then_rejected(
        "discipline: policy default/1 does not define scrum; choose one of msf, lean"
    )
    _knowing(given(PROPOSED)).when(report(SCRUM)).then(SCRUM)
