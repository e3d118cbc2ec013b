"""The phases of a project."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.envision.risks import RiskAssessed
from domain.event import Event
from domain.lifecycle import Gate, Phase
from domain.planning.discipline import DisciplineChosen
from domain.policy.policy import Policy
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.phases import PhaseStarted
from domain.reviews.milestones import MilestoneReached, PhaseReturned, PlanApproved, ProjectDeployed
from domain.reviews.reversals import ReviewReversed
from domain.stabilize.defects import DefectReported
from projections.phases import phases
from projections.projection import Row
from tests.conftest import START, Act, event_id, history
from tests.domain.openings import PROPOSED, classified
from tests.projections.following import followed, rows_after
from tests.projections.histories import ENVISIONED, imported, short_ways

PLANNED = PlanApproved(basis="reviewed", attempt=1)
RISK = RiskAssessed(risk="flood", statement="the river rises")


def phases_after(*acts: Event | Act) -> dict[str, Row]:
    return {row["phase"]: row for row in rows_after(phases, PROPOSED, *acts).values()}


def outcomes(*acts: Event | Act) -> dict[str, str]:
    return {phase: row["outcome"] for phase, row in phases_after(*acts).items()}


def test_begin_with_envision_at_the_proposal() -> None:
    row = phases_after()["envision"]
    assert (row["entered_by"], row["entered_at"], row["outcome"]) == ("proposed", START + timedelta(hours=1), "open")


def test_go_from_milestone_to_milestone() -> None:
    known = phases_after(ENVISIONED, PLANNED)
    assert outcomes(ENVISIONED, PLANNED) == {"envision": "finished", "planning": "finished", "build": "open"}
    assert known["planning"]["entered_at"] == known["envision"]["left_at"]
    assert known["planning"]["left_at"] == known["build"]["entered_at"]
    assert (known["build"]["entered_by"], known["planning"]["left_basis"]) == ("plan-approved", "reviewed")


def test_are_all_finished_by_each_short_way(policy: Policy) -> None:
    for told in short_ways(policy)[:2]:
        found = followed(phases, told)
        assert {row["outcome"] for row in found.values()} == {"finished"}
        assert len(found) == len(Phase)


def test_count_under_what_was_known_at_their_entry_or_first_after_it() -> None:
    known = phases_after(classified("minor"), ENVISIONED, DisciplineChosen(discipline="scrum"), classified("major"))
    assert (known["envision"]["category"], known["planning"]["category"]) == ("minor", "minor")
    assert (known["envision"]["discipline"], known["planning"]["discipline"]) == (None, "scrum")


def test_are_worked_in_before_they_are_entered() -> None:
    known = phases_after(DefectReported(defect="d", severity="minor", found_in="test"), ENVISIONED, RISK)
    assert known["stabilize"]["first_work_at"] == START + timedelta(hours=2)
    assert (known["stabilize"]["entered_at"], known["stabilize"]["attempts"]) == (None, 0)
    assert known["envision"]["first_work_at"] == START + timedelta(hours=4)


def test_are_worked_in_since_the_earliest_that_is_told() -> None:
    told = history(PROPOSED, RISK, PhaseStarted(phase=Phase.ENVISION))
    told[2] = replace(told[2], time=START, time_quality="reported")
    [row] = followed(phases, told).values()
    assert (row["first_work_at"], row["first_work_quality"]) == (START, "reported")


def test_leave_out_the_time_that_they_were_held() -> None:
    row = phases_after(ProjectHeld(cause="risk"), ProjectHeld(cause="risk"), ProjectResumed(), ENVISIONED)["envision"]
    assert (row["held_seconds"], row["held_since"]) == (2 * 3600, None)


def test_leave_out_a_hold_that_a_source_never_ended() -> None:
    row = phases_after(ProjectHeld(cause="risk"), RISK, ENVISIONED)["envision"]
    assert (row["held_seconds"], row["held_since"]) == (2 * 3600, None)


def test_go_on_where_a_review_returned_them() -> None:
    back = PhaseReturned(from_phase=Phase.PLANNING, to_phase=Phase.PLANNING, cause="review")
    row = phases_after(ENVISIONED, back)["planning"]
    assert (row["outcome"], row["returns"], row["attempts"]) == ("open", 1, 2)


def test_are_lost_with_the_milestone_that_opened_them() -> None:
    reversal = ReviewReversed(
        review="r", decision=event_id(2), gates_lost=(Gate.PLAN_APPROVED,), returns_to=Phase.PLANNING
    )
    back = PhaseReturned(from_phase=Phase.BUILD, to_phase=Phase.PLANNING, cause="reversal")
    known = phases_after(ENVISIONED, PLANNED, reversal, back)
    assert [known[phase]["outcome"] for phase in ("envision", "planning", "build")] == ["finished", "open", "lost"]
    assert (known["planning"]["left_at"], known["planning"]["returns"]) == (None, 1)
    again = phases_after(ENVISIONED, PLANNED, reversal, back, PLANNED)["build"]
    assert (again["outcome"], again["attempts"]) == ("open", 2)
    assert again["first_entered_at"] < again["entered_at"]


@pytest.mark.parametrize(("quality", "expected"), [("exact", "exact"), ("at-latest", "at-latest")])
def test_know_how_well_their_times_are_known(quality: str, expected: str) -> None:
    told = imported(history(PROPOSED, ENVISIONED), "exact" if quality == "exact" else "at-latest")
    found = {row["phase"]: row for row in followed(phases, told).values()}
    assert found["envision"]["left_quality"] == found["planning"]["entered_quality"] == expected
    assert found["envision"]["left_at"] == told[1].time


def test_that_a_source_passes_over_are_told_as_such() -> None:
    observed: MilestoneReached = ProjectDeployed(basis="observed", attempt=1)
    known = phases_after(ENVISIONED, observed)
    assert outcomes(ENVISIONED, observed) == {"envision": "finished", "planning": "passed-over", "deploy": "finished"}
    assert known["deploy"]["entered_at"] is None


def test_end_with_the_project() -> None:
    over = ProjectCancelled(cause="withdrawn", disposal="thrown away")
    assert outcomes(ENVISIONED, ProjectHeld(cause="risk"), over) == {"envision": "finished", "planning": "cancelled"}
