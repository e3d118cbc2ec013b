"""The status of a project, as it follows from the gates that it has passed."""

import pytest

from domain.lifecycle import GATES, MILESTONES, Gate, Phase, ProjectState, project_status


@pytest.mark.parametrize("passed", range(len(GATES)))
def test_project_status_names_the_last_and_the_next_gate(passed: int) -> None:
    status = project_status(GATES[:passed])
    assert status.state is ProjectState.ACTIVE
    assert status.last_gate is (GATES[passed - 1] if passed else None)
    assert status.next_gate is GATES[passed]
    assert status.phase is list(Phase)[max(passed - 1, 0)]


def test_deployed_project_has_no_phase_and_no_next_gate() -> None:
    assert project_status(GATES) == (ProjectState.DEPLOYED, None, Gate.DEPLOYED, None)


def test_held_project_keeps_its_phase_and_gates() -> None:
    assert project_status(GATES[:2], held=True) == (ProjectState.HELD, Phase.PLANNING, *GATES[1:3])


def test_cancelled_project_keeps_its_phase_and_has_no_next_gate() -> None:
    status = project_status(GATES[:2], held=True, cancelled=True)
    assert status == (ProjectState.CANCELLED, Phase.PLANNING, Gate.ENVISIONED, None)


def test_emergency_change_passes_earlier_gates_later() -> None:
    status = project_status(MILESTONES[:4])
    assert status == (ProjectState.ACTIVE, Phase.DEPLOY, Gate.RELEASE_READY, Gate.PORTFOLIO)


def test_imported_project_goes_on_after_the_last_gate_that_its_source_knows() -> None:
    assert project_status([Gate.PLAN_APPROVED], imported=True).next_gate is Gate.BUILD_COMPLETED
    assert project_status(MILESTONES, imported=True) == (ProjectState.DEPLOYED, None, Gate.DEPLOYED, None)
