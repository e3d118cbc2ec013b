"""A phase."""

from domain.lifecycle import Phase
from domain.portfolio.phases import PhaseStarted
from domain.reviews.fact_reports import report
from tests.domain.openings import PROPOSED, GivenPast

BUILD = PhaseStarted(phase=Phase.BUILD)


def test_starts_even_before_the_gate_that_opens_it(given: GivenPast) -> None:
    given(PROPOSED).when(report(BUILD)).then(BUILD)


def test_that_started_says_nothing_new_when_it_is_said_again(given: GivenPast) -> None:
    given(PROPOSED, BUILD, PhaseStarted(phase=Phase.ENVISION)).when(report(BUILD)).then_nothing()
