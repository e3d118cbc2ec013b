"""What waits for whose word, since when, and how was each gate decided? One row per gate and attempt at it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, LiteralString

from domain.controls.evaluation import Result
from domain.event import Event, Recorded
from domain.lifecycle import ENDS, GATES, MILESTONES, Gate, Phase
from domain.portfolio.pauses import ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.preapproval import ProjectPreapproved
from domain.reviews.breaches import BreachRecorded
from domain.reviews.decisions import APPROVALS, ReviewDecided, ReviewRefused
from domain.reviews.milestones import MilestoneReached, PhaseReturned, milestone
from domain.reviews.reversals import ReviewReversed
from domain.reviews.review_call import ReviewCalled, ReviewWithdrawn
from domain.reviews.signoffs import SignoffGiven
from domain.state.gates import Required, effective_signoff
from domain.values import moment_text
from projections.figures import Figures, percentiles, totals
from projections.projection import COHORT, Key, Projection, Query, Row, Rows, chosen, cohort

COUNTED: tuple[str, ...] = ("met", "unmet", "warned", "waived", "deferred", "undetermined", "not_applicable")
LISTS = ("required", "signed", "waiting_for", "deciders", "refused_for")
COLUMNS: Mapping[str, LiteralString] = {
    **dict.fromkeys(("project", "gate", "review", "basis", "outcome", "lost_by"), "text"),
    **COHORT,
    **dict.fromkeys(("called_at", "due", "decided_at", "held_since", "lost_at"), "timestamptz"),
    **dict.fromkeys(("called_by", "called_quality", "decided_by", "decided_quality"), "text"),
    **dict.fromkeys(("attempt", *COUNTED, "refusals", "breaches"), "bigint"),
    **dict.fromkeys(LISTS, "jsonb"),
    "held_seconds": "double precision",
}
_LOST = {phase: MILESTONES[n:] for n, phase in enumerate(Phase)}
PASSED = (*APPROVALS, "passed")
Values = dict[str, Any]


def fold(rows: Rows, recorded: Recorded) -> None:
    cohort(rows, recorded)
    change = _CHANGES.get(type(recorded.event))
    if change:
        change(rows, recorded)


def _begun(rows: Rows, recorded: Recorded, gate: Gate, attempt: int, review: str, **values: Any) -> None:
    nothing: Values = {"refusals": 0, "breaches": 0, "held_seconds": 0.0}
    nothing |= {name: list[Any]() for name in LISTS} | rows.memory.get("cohort", {})
    rows.put((gate.value, attempt, review), project=recorded.key, **(nothing | values))


def _called(rows: Rows, recorded: Recorded[ReviewCalled]) -> None:
    event, at = recorded.event, recorded.measured_at
    known = {word["id"]: word for _, row in rows.items() for word in row["signed"]}
    carried = [{**known[id_], "carried": True} for id_ in event.carried_signoffs if id_ in known]
    required = [_named(one) for one in event.required]
    silent = [one for one in required if _who(one) not in map(_who, carried)]
    values: Values = {
        "basis": "reviewed",
        "called_at": at,
        "called_by": recorded.who,
        "called_quality": recorded.time_quality,
        "due": event.due,
        "required": required,
        "signed": carried,
        "waiting_for": _waiting([_since(one, at) for one in silent], event.decided_by, at),
        "deciders": list(event.decided_by),
        "outcome": "open",
    }
    rows.memory.setdefault("words", {})[event.review] = list(carried)
    for gate in event.gates:
        _begun(rows, recorded, gate, event.attempt, event.review, **values)


def _who(said: Values) -> tuple[str, str | None, str | None]:
    return said["role"], said.get("party"), said.get("seat")


def _named(one: Required | SignoffGiven) -> Values:
    return {name: value for name in ("role", "party", "seat") if (value := getattr(one, name)) is not None}


def _since(one: Values, at: Any) -> Values:
    return {"what": "sign-off", **one, "since": moment_text(at)}


def _waiting(signoffs: list[Values], deciders: Iterable[str], at: Any) -> list[Values]:
    """The sign-offs that are out; else the decision."""
    return signoffs or [{"what": "decision", "role": role, "since": moment_text(at)} for role in deciders]


def _signed(rows: Rows, recorded: Recorded[SignoffGiven]) -> None:
    event, at = recorded.event, recorded.measured_at
    word: Values = {"id": recorded.id, "person": event.person or recorded.who, "verdict": event.verdict}
    word |= _named(event) | {"meaning": event.meaning, "at": moment_text(at)}
    if event.review is None:
        _said(rows, str(event.gate or ""), word)
        return
    words: list[Values] = rows.memory["words"][event.review]
    words.append(word)
    counts = effective_signoff(lambda o: (o["person"], o["verdict"]), (o for o in words if _who(o) == _who(word)))
    for key, row in _of_review(rows, event.review):
        signed = [one for one in row["signed"] if _who(one) != _who(word)] + ([counts] if counts else [])
        since = {_who(one): one for one in row["waiting_for"] if one["what"] == "sign-off"}
        silent = (one for one in row["required"] if _who(one) not in map(_who, signed))
        out = [since.get(_who(one), _since(one, at)) for one in silent]
        rows.put(key, signed=signed, waiting_for=_waiting(out, row["deciders"], at))


def _said(rows: Rows, gate: str, word: Values) -> None:
    """What a source knows of a sign-off: it belongs to the gate that stands, or else to the next attempt at it."""
    standing = [key for key, row in rows.items() if row["gate"] == gate and not row["review"] and not row["lost_at"]]
    if standing:
        rows.put(max(standing), signed=[*rows[max(standing)]["signed"], word])
    else:
        rows.memory.setdefault("said", {}).setdefault(gate, []).append(word)


def _of_review(rows: Rows, review: str) -> Iterator[tuple[Key, Row]]:
    return ((key, row) for key, row in rows.items() if row["review"] == review)


def _refused(rows: Rows, recorded: Recorded[ReviewRefused]) -> None:
    for key, row in _of_review(rows, recorded.event.review):
        shut = [one for one in recorded.event.results if one.blocks and one.at == row["gate"]]
        why = [{"control": one.control, "sentence": one.sentence} for one in shut[:20]]
        rows.put(key, refusals=row["refusals"] + 1, refused_for=why)


def _decided(rows: Rows, recorded: Recorded[ReviewDecided]) -> None:
    rows.memory["words"].pop(recorded.event.review)
    for key, row in _of_review(rows, recorded.event.review):
        closed = _closed(recorded) | _counts(recorded.event.results, row["gate"])
        rows.put(key, outcome=recorded.event.outcome, **closed)


def _closed(recorded: Recorded) -> Values:
    decided: Values = {"decided_at": recorded.measured_at, "decided_by": recorded.who}
    return decided | {"decided_quality": recorded.time_quality, "waiting_for": []}


def _counts(results: Iterable[Result], gate: str) -> Values:
    counts: Values = dict.fromkeys(COUNTED, 0)
    for result in results:
        if result.at == gate:
            counts["warned" if result.warns else result.result.replace("-", "_")] += 1
    return counts


def _ended(rows: Rows, recorded: Recorded, found: Iterable[tuple[Key, Row]], outcome: str) -> None:
    for key, _ in found:
        rows.put(key, outcome=outcome, held_since=None, **_closed(recorded))


def _reached(rows: Rows, recorded: Recorded[MilestoneReached]) -> None:
    """A milestone without a review of its own: by standing approval, or as a source tells it."""
    event = recorded.event
    if event.basis != "reviewed":
        _passed(rows, recorded, event.gate, event.attempt, event.basis, event.results)


def _passed(rows: Rows, recorded: Recorded, gate: Gate, attempt: int, basis: str, results: Iterable[Result]) -> None:
    after = [row["attempt"] + 1 for _, row in rows.items() if row["gate"] == gate and row["review"] == ""]
    values: Values = {"basis": basis, "outcome": "passed", "signed": rows.memory.get("said", {}).pop(gate, [])}
    values |= _closed(recorded) | _counts(results, gate)
    _begun(rows, recorded, gate, max([attempt, *after]), "", **values)


def _lost(rows: Rows, recorded: Recorded, gates: Iterable[str], why: str) -> None:
    for key, row in rows.items():
        if row["gate"] in gates and row["outcome"] in PASSED and row["lost_at"] is None:
            rows.put(key, lost_at=recorded.measured_at, lost_by=why)


def _breached(rows: Rows, recorded: Recorded[BreachRecorded]) -> None:
    """The breach counts at the gate that it is about; those at other acts are counted with the project."""
    attempts = [key for key, row in rows.items() if row["gate"] == recorded.event.act]
    if attempts and recorded.event.settles is None:
        rows.put(max(attempts), breaches=rows[max(attempts)]["breaches"] + 1)


def _open(rows: Rows) -> Iterator[tuple[Key, Row]]:
    return ((key, row) for key, row in rows.items() if row["outcome"] == "open")


def _held(rows: Rows, recorded: Recorded[ProjectHeld]) -> None:
    for key, row in _open(rows):
        rows.put(key, held_since=row["held_since"] or recorded.measured_at)


def _resumed(rows: Rows, recorded: Recorded[ProjectResumed]) -> None:
    for key, row in _open(rows):
        if row["held_since"]:
            held = (recorded.measured_at - row["held_since"]).total_seconds()
            rows.put(key, held_since=None, held_seconds=row["held_seconds"] + held)


_CHANGES: dict[type[Event], Callable[[Rows, Recorded[Any]], None]] = {
    ReviewCalled: _called,
    SignoffGiven: _signed,
    ReviewRefused: _refused,
    ReviewDecided: _decided,
    ReviewWithdrawn: lambda rows, told: _ended(rows, told, _of_review(rows, told.event.review), "withdrawn"),
    ReviewReversed: lambda rows, told: _lost(rows, told, told.event.gates_lost, "reversal"),
    PhaseReturned: lambda rows, told: _lost(rows, told, _LOST[told.event.to_phase], told.event.cause),
    ProjectPreapproved: lambda rows, told: _passed(rows, told, Gate.PORTFOLIO, 1, "standing", ()),
    BreachRecorded: _breached,
    ProjectHeld: _held,
    ProjectResumed: _resumed,
    ProjectCancelled: lambda rows, told: _ended(rows, told, _open(rows), "cancelled"),
    **{milestone(gate): _reached for gate in ENDS},
}

gates = Projection(
    name="gates",
    version=1,
    question="What waits for whose word, since when, and how was each gate decided?",
    columns=COLUMNS,
    fold=fold,
    key=("gate", "attempt", "review"),
    indexed=("project", "outcome"),
)


def of_project(project: str) -> Query:
    """Every attempt at every gate of one project, in their order."""
    sql: LiteralString = """
        SELECT * FROM {gates} WHERE project = %(project)s
        ORDER BY coalesce(called_at, decided_at), array_position(%(gates)s::text[], gate)
        """
    return Query(sql, {"project": project, "gates": list(GATES)})


def waiting(role: str | None = None, **cohort_: str | None) -> Query:
    """What waits for whose word, the oldest first: a row for each sign-off and decision that is out."""
    sql: LiteralString = """
        SELECT project, gate, attempt, review, due, held_since, word->>'what' AS what, word->>'role' AS role,
            word->>'party' AS party, (word->>'since')::timestamptz AS since
        FROM {gates}, jsonb_array_elements(waiting_for) AS word
        WHERE outcome = 'open' AND (%(role)s::text IS NULL OR word->>'role' = %(role)s) AND {chosen}
        ORDER BY since, project, gate
        """
    return Query(sql, {"role": role, **chosen(**cohort_)})


def inbox(person: str, now: datetime) -> Query:
    """What waits for this person's word in a role that they hold at this moment, the oldest first."""
    sql: LiteralString = """
        SELECT project, p.title, gate, attempt, review, due, p.held_since, word->>'what' AS what,
            word->>'role' AS role, word->>'party' AS party, (word->>'since')::timestamptz AS since
        FROM {gates} AS g JOIN {projects} AS p USING (stream, project), jsonb_array_elements(waiting_for) AS word
        WHERE outcome = 'open' AND EXISTS (
            SELECT FROM jsonb_array_elements(p.team) AS held
            WHERE held->>'person' = %(person)s AND held->>'role' = word->>'role'
                AND (word->>'party' IS NULL OR held->'speaks_for' ? (word->>'party'))
                AND (held->>'since')::timestamptz <= %(now)s
                AND (held->>'until' IS NULL OR (held->>'until')::timestamptz > %(now)s))
        ORDER BY since, project, gate
        """
    return Query(sql, {"person": person, "now": now})


_DECIDED: LiteralString = "basis = 'reviewed' AND outcome NOT IN ('open', 'withdrawn', 'cancelled')"
_EVALUATED: LiteralString = "(met + unmet + warned + waived + deferred + undetermined)"
_MEASURED: LiteralString = _DECIDED + " AND called_quality = 'exact' AND decided_quality = 'exact'"
_HOURS: LiteralString = "(extract(epoch FROM decided_at - called_at) - held_seconds) / 3600"

effectiveness = Figures(  # yield and time to decision (I-24, I-25); waived, deferred, warned of evaluated (I-27)
    table="gates",
    at="gate",
    order=GATES,
    counted={
        "n": "true",
        "called": "basis = 'reviewed'",
        "waiting": "outcome = 'open'",
        "decided": _DECIDED,
        "first_pass": "attempt = 1 AND outcome = 'approved'",
        "first_pass_with_conditions": "attempt = 1 AND outcome = 'approved-with-conditions'",
        "returned": "outcome = 'returned-for-rework'",
        "withdrawn": "outcome = 'withdrawn'",
        "refused": "refusals > 0",
        "lost": "lost_at IS NOT NULL",
        "standing": "basis = 'standing'",
        "observed": "basis IN ('observed', 'inferred')",
        "with_results": _EVALUATED + " > 0",
        "with_waivers": "waived > 0",
        "with_deferrals": "deferred > 0",
        "with_warnings": "warned > 0",
        "breached": "breaches > 0",
        "measured": _MEASURED,
        "not_measured": _DECIDED + " AND (" + _MEASURED + ") IS NOT TRUE",
    },
    measured={
        **totals({"refusals": "refused", "waived": "with_waivers"}),
        **totals({"deferred": "with_deferrals", "warned": "with_warnings"}),
        **totals({"breaches": "breached"}),
        "evaluated": ("sum(" + _EVALUATED + ")::bigint", "with_results"),
        **percentiles(_HOURS, _MEASURED, "hours", "measured"),
    },
)
