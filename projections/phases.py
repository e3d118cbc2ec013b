"""How long does each phase take, and what becomes of it? One row per project and phase."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, LiteralString

from domain.event import Event, Recorded
from domain.lifecycle import ENDS, Function, Gate, Phase, phase_after
from domain.planning.discipline import DisciplineChosen
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.phases import PhaseStarted
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.milestones import MilestoneReached, PhaseReturned, milestone
from domain.reviews.reversals import ReviewReversed
from domain.state.project import ProjectFact
from projections.figures import Figures, percentiles, totals
from projections.projection import COHORT, Projection, Query, Row, Rows, cohort

ORDER = tuple(phase.value for phase in Phase)
COLUMNS: Mapping[str, LiteralString] = {
    "project": "text",
    "phase": "text",
    **COHORT,
    "outcome": "text",
    "entered_at": "timestamptz",
    "entered_by": "text",
    "entered_quality": "text",
    "first_entered_at": "timestamptz",
    "left_at": "timestamptz",
    "left_quality": "text",
    "left_basis": "text",
    "first_work_at": "timestamptz",
    "first_work_quality": "text",
    "attempts": "bigint",
    "returns": "bigint",
    "held_since": "timestamptz",
    "held_seconds": "double precision",
}


def fold(rows: Rows, recorded: Recorded) -> None:
    counts_under = cohort(rows, recorded)
    event = recorded.event
    change = _CHANGES.get(type(event))
    if change:
        change(rows, recorded)
    elif isinstance(event, ProjectFact):
        _worked(rows, recorded, event.function)
    if isinstance(event, ChangeClassified | DisciplineChosen):
        _fill(rows, counts_under)


def _fill(rows: Rows, counts_under: dict[str, Any]) -> None:
    """What was not known yet when an open phase was entered counts from when it is known."""
    for phase, row in _open(rows):
        unknown = {name: value for name, value in counts_under.items() if row[name] is None and value is not None}
        if unknown and row["entered_at"]:
            rows.put((phase,), **unknown)


def _open(rows: Rows) -> Iterator[tuple[str, Row]]:
    return ((str(phase), row) for (phase,), row in rows.items() if row["outcome"] == "open")


def _at(rows: Rows, recorded: Recorded, phase: str) -> Row:
    """The row of a phase, made where it is missing."""
    if (phase,) not in rows:
        nothing: dict[str, Any] = {"attempts": 0, "returns": 0, "held_seconds": 0.0}
        rows.put((phase,), project=recorded.key, outcome="open", **nothing)
    return rows[(phase,)]


def _enter(rows: Rows, recorded: Recorded, phase: str, by: str) -> None:
    row = _at(rows, recorded, phase)
    if row["outcome"] == "finished":
        return
    rows.put(
        (phase,),
        **rows.memory["cohort"],
        outcome="open",
        entered_at=recorded.measured_at,
        entered_by=by,
        entered_quality=recorded.time_quality,
        first_entered_at=row["first_entered_at"] or recorded.measured_at,
        attempts=row["attempts"] + 1,
        held_seconds=0.0,
    )


def _proposed(rows: Rows, recorded: Recorded[ProjectProposed]) -> None:
    _enter(rows, recorded, Phase.ENVISION.value, "proposed")


def _reached(rows: Rows, recorded: Recorded[MilestoneReached]) -> None:
    """A milestone ends its phase and opens the next; what lies before it and never ended was passed over."""
    event = recorded.event
    ended = ENDS[event.gate].value
    _at(rows, recorded, ended)
    for phase, row in _open(rows):
        if ORDER.index(phase) < ORDER.index(ended) and row["entered_at"]:
            rows.put((phase,), outcome="passed-over", **_rested(row, recorded.measured_at))
    rows.put(
        (ended,),
        outcome="finished",
        left_at=recorded.measured_at,
        left_quality=recorded.time_quality,
        left_basis=event.basis,
        **_rested(rows[(ended,)], recorded.measured_at),
    )
    following = phase_after(event.gate)
    if following:
        _enter(rows, recorded, following.value, event.gate.value)


def _rested(row: Row, now: datetime) -> dict[str, Any]:
    """The time that the phase was held, up to now."""
    if row["held_since"] is None:
        return {}
    since = max(row["held_since"], row["entered_at"] or row["held_since"])
    return {"held_since": None, "held_seconds": row["held_seconds"] + (now - since).total_seconds()}


def _held(rows: Rows, recorded: Recorded[ProjectHeld]) -> None:
    for phase, row in _open(rows):
        rows.put((phase,), held_since=row["held_since"] or recorded.measured_at)


def _resumed(rows: Rows, recorded: Recorded[ProjectResumed]) -> None:
    for phase, row in _open(rows):
        rows.put((phase,), **_rested(row, recorded.measured_at))


def _cancelled(rows: Rows, recorded: Recorded[ProjectCancelled]) -> None:
    for phase, row in _open(rows):
        ended = {"left_at": recorded.measured_at, "left_quality": recorded.time_quality}
        rows.put((phase,), outcome="cancelled", **ended, **_rested(row, recorded.measured_at))


def _returned(rows: Rows, recorded: Recorded[PhaseReturned]) -> None:
    phase = recorded.event.to_phase.value
    _back(rows, recorded, phase)
    row = rows[(phase,)]
    rows.put((phase,), returns=row["returns"] + 1, attempts=row["attempts"] + 1)


def _reversed(rows: Rows, recorded: Recorded[ReviewReversed]) -> None:
    lost = [gate for gate in recorded.event.gates_lost if gate is not Gate.PORTFOLIO]
    if lost:
        _back(rows, recorded, ENDS[lost[0]].value)


def _back(rows: Rows, recorded: Recorded, phase: str) -> None:
    """A phase goes on; those behind it that had been entered are lost until they are entered again."""
    _at(rows, recorded, phase)
    undone: dict[str, Any] = dict.fromkeys(("left_at", "left_quality", "left_basis"))
    rows.put((phase,), outcome="open", **undone)
    for (later,), row in rows.items():
        if ORDER.index(later) > ORDER.index(phase) and row["entered_at"] and row["outcome"] != "lost":
            rows.put((later,), outcome="lost", held_since=None, **undone)


def _started(rows: Rows, recorded: Recorded[PhaseStarted]) -> None:
    _worked(rows, recorded, recorded.event.phase)


def _worked(rows: Rows, recorded: Recorded, function: Function) -> None:
    """A fact that declares a phase is work of that phase, even before the gate that opens the phase."""
    if not isinstance(function, Phase):
        return
    phase = function.value
    known = _at(rows, recorded, phase)["first_work_at"]
    if known is None or recorded.time < known:
        rows.put((phase,), first_work_at=recorded.time, first_work_quality=recorded.time_quality)


_CHANGES: dict[type[Event], Callable[[Rows, Recorded[Any]], None]] = {
    ProjectProposed: _proposed,
    PhaseStarted: _started,
    PhaseReturned: _returned,
    ReviewReversed: _reversed,
    ProjectHeld: _held,
    ProjectResumed: _resumed,
    ProjectCancelled: _cancelled,
    **{milestone(gate): _reached for gate in ENDS},
}

phases = Projection(
    name="phases",
    version=1,
    question="How long does each phase take, and what becomes of it?",
    columns=COLUMNS,
    fold=fold,
    key=("phase",),
    indexed=("project", "phase"),
)


def of_project(project: str) -> Query:
    """Every phase of one project that was entered or worked in, in their order."""
    return Query(
        "SELECT * FROM {phases} WHERE project = %(project)s ORDER BY array_position(%(order)s::text[], phase)",
        {"project": project, "order": list(ORDER)},
    )


_MEASURED: LiteralString = "outcome = 'finished' AND entered_quality = 'exact' AND left_quality = 'exact'"
_WORKED: LiteralString = _MEASURED + " AND first_work_quality = 'exact'"
_DAYS: LiteralString = "(extract(epoch FROM left_at - entered_at) - held_seconds) / 86400"
_WORK_DAYS: LiteralString = "extract(epoch FROM left_at - first_work_at) / 86400"

# Gate to gate is from the milestone before to this one, both known exactly, holds left out (I-26).
effectiveness = Figures(
    table="phases",
    at="phase",
    order=ORDER,
    counted={
        "n": "true",
        "entered": "entered_at IS NOT NULL",
        "finished": "outcome = 'finished'",
        "open": "outcome = 'open' AND entered_at IS NOT NULL",
        "held": "outcome = 'open' AND held_since IS NOT NULL",
        "lost": "outcome = 'lost'",
        "cancelled": "outcome = 'cancelled'",
        "passed_over": "outcome = 'passed-over'",
        "returned": "returns > 0",
        "ever_held": "held_seconds > 0",
        "measured": _MEASURED,
        "worked": _WORKED,
        "not_measured": "outcome = 'finished' AND (" + _MEASURED + ") IS NOT TRUE",
    },
    measured={
        **totals({"returns": "returned"}),
        "held_days": ("sum(held_seconds) / 86400", "ever_held"),
        **percentiles(_DAYS, _MEASURED, "days", "measured"),
        **percentiles(_WORK_DAYS, _WORKED, "work_days", "worked"),
    },
)
