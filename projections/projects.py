"""Where does everything stand? One row a project."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, LiteralString

import orjson

from domain.envision.team import RoleAssigned, RoleReleased
from domain.event import Event, Recorded
from domain.imports.import_events import ORIGIN
from domain.lifecycle import ENDS, GATES, MILESTONES, Gate, Phase, project_status
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.preapproval import ProjectPreapproved
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.breaches import BreachRecorded
from domain.reviews.conditions import ConditionClosed
from domain.reviews.corrections import FactCorrected
from domain.reviews.decisions import APPROVALS, ReviewDecided
from domain.reviews.milestones import MilestoneReached, PhaseReturned, milestone
from domain.reviews.reversals import ReviewReversed
from domain.reviews.waivers import WaiverDecided, WaiverRequested
from domain.values import moment_text
from projections.figures import Figures, totals
from projections.projection import COHORT, Projection, Query, Rows, chosen, cohort

LISTS = ("milestones", "conditions", "deferrals", "waivers", "team")
COLUMNS: Mapping[str, LiteralString] = {
    **dict.fromkeys(("project", "title", "requester"), "text"),
    **COHORT,
    **dict.fromkeys(("policy", "state", "phase", "next_gate", "last_gate", "cancelled_for", "lowered_from"), "text"),
    **dict.fromkeys(("proposed_at", "last_gate_at", "last_event_at", "held_since", "cancelled_at"), "timestamptz"),
    **dict.fromkeys(LISTS, "jsonb"),
    "held_until": "date",
    "breaches": "bigint",
}

Values = dict[str, Any]


def fold(rows: Rows, recorded: Recorded) -> None:
    counts_under = cohort(rows, recorded) | _lowered(recorded)
    change = _CHANGES.get(type(recorded.event))
    if change is None:
        rows.put(last_event_at=recorded.measured_at, **counts_under)
        return
    values = change(rows, recorded)
    values |= _status({**(rows.get() or {}), **counts_under, **values})
    rows.put(**(counts_under | values), last_event_at=recorded.measured_at)


def _lowered(recorded: Recorded) -> Values:
    event = recorded.event
    if isinstance(event, ChangeClassified) and event.previous and event.lowers:
        return {"lowered_from": event.previous.category}
    return {}


def _proposed(rows: Rows, recorded: Recorded[ProjectProposed]) -> Values:
    nothing: Values = {name: [] for name in LISTS}
    return nothing | {
        "project": recorded.key,
        "title": recorded.event.title,
        "requester": recorded.event.requester,
        "policy": recorded.policy,
        "proposed_at": recorded.measured_at,
        "breaches": 0,
    }


def _corrected(rows: Rows, recorded: Recorded[FactCorrected]) -> Values:
    """What the proposal said may have been set right; other facts are told elsewhere."""
    if recorded.event.corrects != 1:
        return {}
    told = {field.name: orjson.loads(str(field.new)) for field in recorded.event.fields if field.new is not None}
    rows.memory["cohort"] |= {name: value for name, value in told.items() if name in COHORT}
    return {name: value for name, value in told.items() if name in COLUMNS}


def _reached(rows: Rows, recorded: Recorded[MilestoneReached]) -> Values:
    return _passed(rows, recorded, recorded.event.gate, recorded.event.basis)


def _preapproved(rows: Rows, recorded: Recorded[ProjectPreapproved]) -> Values:
    return _passed(rows, recorded, Gate.PORTFOLIO, "standing")


def _passed(rows: Rows, recorded: Recorded, gate: Gate, basis: str) -> Values:
    at = moment_text(recorded.measured_at)
    passed: Values = {"gate": gate.value, "at": at, "quality": recorded.time_quality, "basis": basis}
    known = [one for one in rows[()]["milestones"] if one["gate"] != gate]
    return {"milestones": sorted([*known, passed], key=_place)}


def _place(passed: Values) -> int:
    return GATES.index(passed["gate"])


def _without(rows: Rows, first: Gate) -> Values:
    """The milestones before a gate; the portfolio's is lost only by a reversal of its own."""
    kept = [one for one in rows[()]["milestones"] if _place(one) < GATES.index(first)]
    return {"milestones": kept}


def _returned(rows: Rows, recorded: Recorded[PhaseReturned]) -> Values:
    return _without(rows, MILESTONES[list(Phase).index(recorded.event.to_phase)])


def _reversed(rows: Rows, recorded: Recorded[ReviewReversed]) -> Values:
    return _without(rows, recorded.event.gates_lost[0]) if recorded.event.gates_lost else {}


def _decided(rows: Rows, recorded: Recorded[ReviewDecided]) -> Values:
    event, row = recorded.event, rows[()]
    met = {result.control for result in event.results if result.result == "met"}
    deferrals = (
        {} if "deferrals-met" in met else {one["control"]: one for one in row["deferrals"] if one["control"] not in met}
    )
    if event.outcome not in APPROVALS:
        return {"deferrals": list(deferrals.values())}
    for result in event.results:
        if result.due:
            deferrals[result.control] = {"control": result.control, "gate": result.at, "due": moment_text(result.due)}
    conditions = {one["condition"]: one for one in row["conditions"]} | {
        one.id: {"condition": one.id, "text": str(one.text), "owner": one.owner, "due": moment_text(one.due)}
        | ({"gate": one.blocks_gate.value} if one.blocks_gate else {})
        for one in event.conditions
    }
    opened = _passed(rows, recorded, Gate.PORTFOLIO, "reviewed") if Gate.PORTFOLIO in event.gates else {}
    return {"deferrals": list(deferrals.values()), "conditions": list(conditions.values()), **opened}


def _closed(rows: Rows, recorded: Recorded[ConditionClosed]) -> Values:
    return {"conditions": [one for one in rows[()]["conditions"] if one["condition"] != recorded.event.condition]}


def _asked(rows: Rows, recorded: Recorded[WaiverRequested]) -> Values:
    event = recorded.event
    about = {"waiver": event.waiver, "control": event.control, "gate": event.gate.value}
    rows.memory.setdefault("waivers", {})[event.waiver] = about
    return {}


def _waived(rows: Rows, recorded: Recorded[WaiverDecided]) -> Values:
    event = recorded.event
    kept = [one for one in rows[()]["waivers"] if one["waiver"] != event.waiver]
    if event.outcome == "granted":
        until = {"until": moment_text(event.until)} if event.until else {}
        kept.append({**rows.memory["waivers"][event.waiver], "by": recorded.who, "as": event.by_role, **until})
    return {"waivers": kept}


def _assigned(rows: Rows, recorded: Recorded[RoleAssigned]) -> Values:
    event, at, team = recorded.event, recorded.measured_at, rows[()]["team"]
    until = {"until": moment_text(event.until)} if event.until else {}
    stood_in_for = [who for one in team if one["assignment"] == event.deputy_for for who in one["speaks_for"]]
    speaks_for = {"speaks_for": [event.person, *filter(None, [event.party]), *stood_in_for]}
    held = {"person": event.person, "role": event.role, "since": moment_text(max(event.since or at, at))}
    return {"team": [*team, {"assignment": recorded.id, **held, **until, **speaks_for}]}


def _released(rows: Rows, recorded: Recorded[RoleReleased]) -> Values:
    return {"team": [one for one in rows[()]["team"] if one["assignment"] != recorded.event.assignment]}


def _breached(rows: Rows, recorded: Recorded[BreachRecorded]) -> Values:
    return {"breaches": rows[()]["breaches"] + (recorded.event.settles is None)}


def _held(rows: Rows, recorded: Recorded[ProjectHeld]) -> Values:
    since = rows[()]["held_since"] or recorded.measured_at
    return {"held_since": since, "held_until": recorded.event.expected_until}


def _resumed(rows: Rows, recorded: Recorded[ProjectResumed]) -> Values:
    return {"held_since": None, "held_until": None}


def _cancelled(rows: Rows, recorded: Recorded[ProjectCancelled]) -> Values:
    ended = {"cancelled_at": recorded.measured_at, "cancelled_for": recorded.event.cause}
    return {"held_since": None, "held_until": None, **ended}


Change = Callable[[Rows, Recorded[Any]], Values]
_CHANGES: dict[type[Event], Change] = {
    ProjectProposed: _proposed,
    FactCorrected: _corrected,
    ProjectPreapproved: _preapproved,
    PhaseReturned: _returned,
    ReviewReversed: _reversed,
    ReviewDecided: _decided,
    ConditionClosed: _closed,
    WaiverRequested: _asked,
    WaiverDecided: _waived,
    RoleAssigned: _assigned,
    RoleReleased: _released,
    BreachRecorded: _breached,
    ProjectHeld: _held,
    ProjectResumed: _resumed,
    ProjectCancelled: _cancelled,
    **{milestone(gate): _reached for gate in ENDS},
}


def _status(row: Values) -> Values:
    """The status of the project, as the domain computes it from the milestones that it has passed."""
    passed = {Gate(one["gate"]): one["at"] for one in row["milestones"]}
    held, cancelled = row.get("held_since") is not None, row.get("cancelled_at") is not None
    imported = (row.get("origin") or "").startswith(ORIGIN)
    status = project_status(passed, held=held, cancelled=cancelled, imported=imported)
    last = datetime.fromisoformat(passed[status.last_gate]) if status.last_gate else None
    return {**status._asdict(), "last_gate_at": last}


projects = Projection(
    name="projects",
    version=2,
    question="Where does everything stand?",
    columns=COLUMNS,
    fold=fold,
    indexed=("project", "state"),
)


def one(project: str) -> Query:
    return Query("SELECT * FROM {projects} WHERE project = %(project)s", {"project": project})


def standing(
    state: str | None = None, phase: str | None = None, after: str = "", limit: int = 200, **cohort_: str | None
) -> Query:
    """Where projects stand, in the order of their keys behind one; of a state, in a phase, of a cohort."""
    sql: LiteralString = """
        SELECT * FROM {projects} WHERE project > %(after)s AND (%(state)s::text IS NULL OR state = %(state)s)
            AND (%(phase)s::text IS NULL OR phase = %(phase)s) AND {chosen}
        ORDER BY project LIMIT %(limit)s
        """
    return Query(sql, {"state": state, "phase": phase, "after": after, "limit": limit, **chosen(**cohort_)})


def ageing(limit: int = 50, **cohort_: str | None) -> Query:
    """The active projects that have waited longest since their last gate, or since they were proposed."""
    sql: LiteralString = """
        SELECT *, coalesce(last_gate_at, proposed_at) AS waits_since FROM {projects} WHERE state = 'active' AND {chosen}
        ORDER BY waits_since, project LIMIT %(limit)s
        """
    return Query(sql, {"limit": limit, **chosen(**cohort_)})


def due(until: datetime, **cohort_: str | None) -> Query:
    """What is promised, deferred, or waived at a gate that isn't passed, and ends by a moment; the earliest first."""
    sql: LiteralString = """
        SELECT project, what, coalesce(it->>'condition', it->>'control') AS name, it->>'gate' AS gate,
            it->>'owner' AS owner, coalesce(it->>'due', it->>'until')::timestamptz AS due
        FROM {projects}, LATERAL (
            SELECT 'condition' AS what, it FROM jsonb_array_elements(conditions) AS it
            UNION ALL SELECT 'deferral', it FROM jsonb_array_elements(deferrals) AS it
            UNION ALL SELECT 'waiver', it FROM jsonb_array_elements(waivers) AS it
                WHERE NOT milestones @> jsonb_build_array(jsonb_build_object('gate', it->'gate'))) AS dues
        WHERE state <> 'cancelled' AND coalesce(it->>'due', it->>'until')::timestamptz <= %(until)s AND {chosen}
        ORDER BY due, project, name
        """
    return Query(sql, {"until": until, **chosen(**cohort_)})


def tally() -> Query:
    """How many projects there are of each origin, category, discipline, kind, state and phase."""
    sql: LiteralString = """
        SELECT origin, category, discipline, project_kind AS kind, state, phase, count(*) AS n FROM {projects}
        GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
        """
    return Query(sql)


counted = Figures(  # I-27: emergencies and lowered categories are of all proposed
    table="projects",
    counted={
        "n": "true",
        "active": "state = 'active'",
        "held": "state = 'held'",
        "cancelled": "state = 'cancelled'",
        "deployed": "state = 'deployed'",
        "emergency": "priority = 'emergency'",
        "lowered": "lowered_from IS NOT NULL",
        "breached": "breaches > 0",
        "with_deferrals": "jsonb_array_length(deferrals) > 0",
        "with_conditions": "jsonb_array_length(conditions) > 0",
        "with_waivers": "jsonb_array_length(waivers) > 0",
    },
    measured=totals({"breaches": "breached"}),
)
