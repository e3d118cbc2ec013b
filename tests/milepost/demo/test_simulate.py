"""A simulated portfolio."""

import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from domain.codec import decode
from domain.envision.team import RoleAssigned
from domain.event import E, Recorded
from domain.lifecycle import Category, Gate, ProjectKind
from domain.planning.discipline import DisciplineChosen
from domain.policy_changes.standard_changes import StandardChangeRegistered, StandardChangeUsed
from domain.portfolio.proposal import ProjectProposed
from domain.reviews import decisions
from domain.reviews.decisions import ReviewDecided
from domain.reviews.signoffs import SignoffGiven
from domain.stabilize import pilot
from domain.stabilize.pilot import PilotDecided
from domain.state.project import Project, fold
from milepost.demo.simulate import NOW, Script, SimulatedAlready, Unlikely, begun, ended, simulate, simulated_by
from milepost.log.command_outcome import CommandOutcome, CommandRequest, Status
from milepost.log.export import export
from milepost.log.store import Log
from milepost.log.verify import verify
from milepost.log.writer import Writer
from milepost.policies import default_policy
from tests.milepost.logs import log, prepared, writer
from tests.milepost.memory import Memory

__all__ = ["log", "prepared", "writer"]

MANY = 200
ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from milepost.log.store import Log
from milepost.demo.simulate import simulate
from milepost.log.writer import Writer

def die_at_the_fourth(project):
    if project == 4:
        os.kill(os.getpid(), signal.SIGKILL)

with Writer(Log(sys.argv[1])) as writer:
    simulate(writer, 8, 5, die_at_the_fourth)
"""


@pytest.fixture(scope="module")
def portfolio() -> Memory:
    """A portfolio of many projects, in memory."""
    memory = Memory()
    simulated_by(memory, MANY, seed=1)
    return memory


@pytest.fixture(scope="module")
def events(portfolio: Memory) -> list[Recorded]:
    return portfolio.events


@pytest.fixture(scope="module")
def projects(portfolio: Memory, events: list[Recorded]) -> list[Project]:
    keys = [recorded.key for recorded in events if isinstance(recorded.event, ProjectProposed)]
    return [portfolio.project(key) for key in keys]


def lived(projects: int, seed: int, now: datetime = NOW) -> Memory:
    memory = Memory()
    simulated_by(memory, projects, seed, now=now)
    return memory


def of(kind: type[E], events: list[Recorded]) -> list[E]:
    """The events of one kind."""
    return [recorded.event for recorded in events if isinstance(recorded.event, kind)]


def test_is_the_same_for_the_same_seed() -> None:
    assert lived(30, 7).lines == lived(30, 7).lines


def test_is_another_for_another_seed() -> None:
    one, other = ([(e.event.kind, e.time) for e in lived(5, seed).events] for seed in (1, 2))
    assert one != other


def test_comes_to_another_moment_where_one_is_named() -> None:
    later = NOW + timedelta(days=100)
    assert later - timedelta(days=14) < max(e.time for e in lived(30, 7, later).events) <= later


def test_has_as_many_projects_as_were_asked_for_and_says_what_it_wrote() -> None:
    memory, begun = Memory(), list[int]()
    simulated = simulated_by(memory, 20, 3, begun.append)
    assert len(of(ProjectProposed, memory.events)) == simulated.projects == 20
    assert begun == list(range(21)), "the rules come first"
    assert simulated.events == len(memory.lines)
    assert simulated.commands == sum(len(request.commands) for request in memory.requests)


def test_has_every_category_priority_kind_and_discipline(projects: list[Project], events: list[Recorded]) -> None:
    assert {project.entry.category for project in projects} == set(get_args(Category))
    assert {project.entry.priority for project in projects} == {"low", "medium", "high", "emergency"}
    assert {proposed.project_kind for proposed in of(ProjectProposed, events)} == set(get_args(ProjectKind))
    disciplines = {terms.discipline for terms in default_policy().disciplines}
    assert {chosen.discipline for chosen in of(DisciplineChosen, events)} == disciplines


def test_has_standard_and_minor_changes_for_about_half(projects: list[Project]) -> None:
    light = [project for project in projects if project.column in ("standard", "minor")]
    assert 0.4 < len(light) / len(projects) < 0.6


def test_has_every_outcome_of_reviews_and_pilots(events: list[Recorded]) -> None:
    assert {decided.outcome for decided in of(ReviewDecided, events)} == set(get_args(decisions.Outcome))
    assert {decided.outcome for decided in of(PilotDecided, events)} == set(get_args(pilot.Outcome))


def test_has_projects_at_every_gate_held_cancelled_and_finished(projects: list[Project]) -> None:
    alive = [project for project in projects if not project.entry.cancelled]
    assert {project.status.next_gate for project in alive} == {*Gate, None}
    assert any(project.entry.cancelled for project in projects)
    assert any(project.entry.held_since for project in projects)
    assert any(review.open for project in alive for review in project.gates.reviews.values())


@pytest.mark.parametrize(
    "kind",
    [
        "review.refused/1", "review.withdrawn/1", "review.reversed/1", "review.confirmed/1", "phase.returned/1",
        "waiver.decided/1", "condition.closed/1", "fact.corrected/1", "breach.recorded/1", "project.held/1",
        "project.resumed/1", "project.cancelled/1", "deployment.rolled-back/1", "incident.reported/1",
        "defect.reopened/1", "change-request.decided/1", "schedule.baselined/1", "progress.reported/1",
        "cost.recorded/1", "survey.recorded/1", "benefit.measured/1",
        "role.released/1", "project.policy-moved/1", "freeze.declared/1",
        "standard-change.suspended/1", "rollback.ruled-out/1", "iteration.completed/1", "site.planned/1",
    ],
)  # fmt: skip
def test_has_what_goes_wrong_and_what_is_measured(kind: str, events: list[Recorded]) -> None:
    assert any(recorded.event.kind == kind for recorded in events)


def test_goes_into_production_early_by_permission_or_without_it(events: list[Recorded]) -> None:
    scopes = {getattr(recorded.event, "scope", None) for recorded in events}
    assert {"early-core", "core", "site"} <= scopes
    assert any(recorded.event.kind == "breach.recorded/1" for recorded in events)


def test_closes_emergencies_soon_late_or_never(projects: list[Project]) -> None:
    assert {_closed(project) for project in projects if project.gates.deferrals} == {"soon", "late", "never"}


def _closed(project: Project) -> str:
    end, began = project.gates.passed(Gate.DEPLOYED), project.entry.proposed_at
    if end is None or began is None:
        return "never"
    return "soon" if end.at - began < timedelta(days=14) else "late"


def test_fails_sometimes_with_a_template_and_has_it_registered_anew(events: list[Recorded]) -> None:
    assert {use.outcome for use in of(StandardChangeUsed, events)} == {"started", "succeeded", "failed"}
    assert any(template.template_version > 1 for template in of(StandardChangeRegistered, events))


def test_is_simulated_through_and_through(events: list[Recorded]) -> None:
    assert {recorded.origin for recorded in events} == {"simulated"}
    assert {r.stream for r in events if not r.stream.startswith("project-")} == {"policy-simulated"}


def test_holds_projects_to_the_version_in_force_when_they_began(projects: list[Project]) -> None:
    assert {project.entry.policy for project in projects} == {"simulated/1", "simulated/2"}


def test_is_written_in_the_order_of_time(portfolio: Memory) -> None:
    moments = [request.at for request in portfolio.requests if request.at]
    assert moments == sorted(moments)
    assert moments[-1] <= NOW


def test_rests_at_weekends_but_where_a_service_is_down(portfolio: Memory) -> None:
    for request in portfolio.requests:
        if request.at and request.at.isoweekday() > 5:
            assert portfolio.project(request.stream.partition("-")[2]).column == "emergency", request


def test_has_nobody_sign_without_a_role_or_give_one_to_themselves(events: list[Recorded]) -> None:
    assert all(signoff.assignment for signoff in of(SignoffGiven, events))
    given = [(recorded.who, recorded.event) for recorded in events]
    assert all(event.person != who for who, event in given if isinstance(event, RoleAssigned))


def test_folds_to_what_was_decided_on(events: list[Recorded], projects: list[Project]) -> None:
    histories: defaultdict[str, list[Recorded]] = defaultdict(list)
    for recorded in events:
        histories[recorded.stream].append(recorded)
    assert {p.stream: fold(histories[p.stream]).digest for p in projects} == {p.stream: p.digest for p in projects}


def test_is_told_once_in_a_log() -> None:
    memory = lived(3, 1)
    with pytest.raises(SimulatedAlready, match="take another"):
        simulated_by(memory, 3, 2)
    assert memory.lines == lived(3, 1).lines


def test_fails_where_a_step_is_answered_otherwise() -> None:
    def shut(request: CommandRequest) -> "Future[CommandOutcome]":
        answer: Future[CommandOutcome] = Future()
        status: Status = "accepted" if request.stream.startswith("policy-") else "rejected"
        answer.set_result(CommandOutcome(status, "c", request.stream, 0, 0, "not today"))
        return answer

    with pytest.raises(Unlikely, match=r"pay-1: .* was rejected and not accepted: not today"):
        simulated_by(shut, 3, 1)


def told(events: Iterable[Recorded]) -> list[tuple[str, str, datetime]]:
    return [(recorded.stream, recorded.event.kind, recorded.time) for recorded in events]


def stored(log: Log) -> list[Recorded]:
    return [recorded for line in log.events() if (recorded := decode(line.data)).origin == "simulated"]


def test_stands_in_a_real_log_whole_and_sound(log: Log, writer: Writer) -> None:
    simulated = simulate(writer, 8, 5)
    examined = verify(export(log))
    assert examined.findings == []
    assert log.head().position == simulated.events + 2
    assert told(stored(log)) == told(lived(8, 5).events)


def test_goes_on_where_it_was_killed_and_ends_as_if_it_had_not_been(log: Log, writer: Writer) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, log.conninfo], cwd=ROOT, timeout=100)
    assert killed.returncode == -signal.SIGKILL
    killed_at, whole = log.head().position, lived(8, 5).events
    script = Script(8, 5, NOW)
    assert begun(log) == script
    assert not ended(log, script)
    simulated = simulate(writer, 8, 5)
    assert 2 < killed_at < log.head().position == len(whole) + 2
    assert told(stored(log)) == told(whole)
    assert (simulated.events, ended(log, script)) == (len(whole), True)
