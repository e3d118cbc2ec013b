"""The timeline of a project: gates as stops, the phases between them as legs, each leg with a bar in time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.event import Recorded
from domain.lifecycle import ENDS, Gate
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.reviews.milestones import PhaseReturned
from domain.reviews.reversals import ReviewReversed
from domain.state.gates import Milestone
from domain.state.project import Project
from milepost.web.pages.cohorts import Row

WIDTH = 1000
INTERRUPTIONS = (PhaseReturned, ReviewReversed, ProjectHeld, ProjectResumed, ProjectCancelled)


@dataclass(frozen=True)
class Bar:
    """The time of a phase on a line of width 1000, from the proposal to now or the end."""

    start: int
    width: int


@dataclass(frozen=True)
class Leg:
    """The phase that ends at a stop: its duration without holds, and its bar."""

    phase: str
    row: Row | None
    days: float | None
    bar: Bar | None


@dataclass(frozen=True)
class Stop:
    """One gate: its status, its attempts, and the leg that leads to it."""

    gate: Gate
    status: Literal["passed", "next", "ahead"]
    passed: Milestone | None
    lost: bool
    attempts: list[Row] = field(default_factory=list[Row])
    leg: Leg | None = None

    @property
    def refusals(self) -> int:
        return sum(attempt["refusals"] for attempt in self.attempts)


def build_stops(project: Project, phases: Iterable[Row], attempts: Iterable[Row], now: datetime) -> list[Stop]:
    """Build the stop of every gate, in order."""
    legs = {leg.phase: leg for leg in _build_legs(list(phases), now)}
    all_attempts = list(attempts)
    return [
        Stop(
            gate=gate,
            status=_gate_status(project, gate),
            passed=project.gates.passed(gate),
            lost=gate in project.gates.lost and project.gates.passed(gate) is None,
            attempts=[attempt for attempt in all_attempts if attempt["gate"] == gate],
            leg=legs.get(ENDS[gate]) or Leg(ENDS[gate], None, None, None) if gate in ENDS else None,
        )
        for gate in Gate
    ]


def list_interruptions(history: Iterable[Recorded]) -> list[Recorded]:
    """List the returns, reversals, holds, resumptions and the cancellation, newest last."""
    return [recorded for recorded in history if isinstance(recorded.event, INTERRUPTIONS)]


def _gate_status(project: Project, gate: Gate) -> Literal["passed", "next", "ahead"]:
    if project.gates.passed(gate):
        return "passed"
    return "next" if gate is project.status.next_gate else "ahead"


def _build_legs(phases: list[Row], now: datetime) -> Iterable[Leg]:
    entered = [row["entered_at"] for row in phases if row["entered_at"]]
    ends = [row["left_at"] or now for row in phases if row["entered_at"]]
    start, end = min(entered, default=now), max(ends, default=now)
    for row in phases:
        yield Leg(row["phase"], row, _count_days(row, now), _place_bar(row, start, end, now))


def _count_days(row: Row, now: datetime) -> float | None:
    if row["entered_at"] is None or row["outcome"] == "lost":
        return None
    until: datetime = row["left_at"] or row["held_since"] or now
    seconds: float = (until - row["entered_at"]).total_seconds() - row["held_seconds"]
    return max(seconds, 0.0) / 86_400


def _place_bar(row: Row, start: datetime, end: datetime, now: datetime) -> Bar | None:
    if row["entered_at"] is None:
        return None
    whole: Any = (end - start).total_seconds() or 1.0
    left = int(WIDTH * (row["entered_at"] - start).total_seconds() / whole)
    right = int(WIDTH * ((row["left_at"] or now) - start).total_seconds() / whole)
    return Bar(min(left, WIDTH - 8), max(right - left, 8))
