"""Milestones, and the way back."""

import pytest

from domain.lifecycle import ENDS, MILESTONES, Gate, Phase
from domain.reviews.milestones import PhaseReturned, milestone
from tests.domain.reviews.small import begun, policy_of


@pytest.mark.parametrize("gate", MILESTONES)
def test_end_each_phase_with_an_event_of_their_own(gate: Gate) -> None:
    reached = milestone(gate)
    assert reached.gate is gate
    assert reached.kind == f"project.{gate}/1"
    assert gate in ENDS


@pytest.mark.parametrize("phase", list(Phase))
def test_are_lost_from_the_phase_that_a_project_returns_to(phase: Phase) -> None:
    reached = [milestone(gate)(basis="observed", attempt=1) for gate in MILESTONES]
    back = PhaseReturned(from_phase=Phase.DEPLOY, to_phase=phase, cause="finding")
    gates = begun(policy_of(), *reached, back).project.gates
    at = list(Phase).index(phase)
    assert [*gates.milestones] == list(MILESTONES[:at])
    assert gates.lost == set(MILESTONES[at:])


def test_that_were_never_reached_are_not_lost() -> None:
    back = PhaseReturned(from_phase=Phase.DEPLOY, to_phase=Phase.ENVISION, cause="finding")
    assert begun(policy_of(), back).project.gates.lost == set()


def test_are_no_longer_lost_once_reached_again() -> None:
    reached = milestone(Gate.ENVISIONED)(basis="observed", attempt=1)
    back = PhaseReturned(from_phase=Phase.PLANNING, to_phase=Phase.ENVISION, cause="finding")
    assert begun(policy_of(), reached, back, reached).project.gates.lost == set()
