"""Who did what, in which role, when, why, under which policy, on what evidence? One row an event."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, LiteralString, cast

from domain.controls.evaluation import Result
from domain.event import Event, Recorded
from domain.values import Document, Fact, Money, Sealed
from projections.projection import Projection, Query, Rows, Unread

COLUMNS: Mapping[str, LiteralString] = {
    "position": "bigint",
    "kind": "text",
    "who": "text",
    "role": "text",
    "assignment": "text",
    "auth": "text",
    "time": "timestamptz",
    "recorded_at": "timestamptz",
    "time_quality": "text",
    "what": "text",
    "reason": "text",
    "policy": "text",
    "evidence": "jsonb",
    "results": "jsonb",
    "command": "text",
    "correlation": "text",
    "causation": "text",
    "event": "text",
    "origin": "text",
}
_DIGEST = re.compile(rb'"(sha256:[0-9a-f]{64})"')
LONGEST_VALUE = 120
LONGEST_SENTENCE = 400
_NOT_TOLD = {"reason", "results", "evidence", "baselines", "assignment", "decision", "seen"}


def fold(rows: Rows, recorded: Recorded) -> None:
    event = recorded.event
    rows.put(
        (recorded.version,),
        position=rows.position,
        kind=event.kind,
        who=recorded.who,
        role=recorded.role,
        assignment=recorded.assignment,
        auth=recorded.auth,
        time=recorded.time,
        recorded_at=recorded.recorded_at,
        time_quality=recorded.time_quality,
        what=told(event),
        reason=None if event.reason is None else str(event.reason),
        policy=recorded.policy,
        evidence=evidence(recorded.data) or None,
        results=results(event),
        command=recorded.command,
        correlation=recorded.correlation,
        causation=recorded.causation,
        event=recorded.id,
        origin=recorded.origin,
    )


def unread(rows: Rows, lost: Unread) -> None:
    """An event that can't be read stands in the trail as just that."""
    rows.put((lost.version,), position=rows.position, kind=lost.kind, what=f"can't be read: {lost.why}")


def told(event: Event) -> str:
    """A sentence for people: what happened, and what it was about."""
    values = event.__dict__
    parts = [label + _plain(value) for name, label in _labels(type(event)) if _says(value := values[name])]
    sentence = f"{_title(event.kind)}: {', '.join(parts)}" if parts else _title(event.kind)
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[: LONGEST_SENTENCE - 1] + "…"


def _says(value: object) -> bool:
    """Whether a value tells anything: a nought does, an empty text or a plain no doesn't."""
    return bool(value) or type(value) is int


@cache
def _title(kind: str) -> str:
    """`Test run completed` for `test-run.completed/1`."""
    words = kind.partition("/")[0].replace("-", " ").replace(".", " ")
    return words[:1].upper() + words[1:]


@cache
def _labels(kind: type[Event]) -> tuple[tuple[str, str], ...]:
    """The fields that are told, with their labels; what the title names already needs none."""
    named = _title(kind.kind).lower()
    names = [name for name in kind.model_fields if name not in _NOT_TOLD and not name.endswith("_digest")]
    return tuple((name, "" if name.replace("_", " ") in named else f"{name.replace('_', ' ')} ") for name in names)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, tuple):
        return _counted(cast("tuple[object, ...]", value))
    if isinstance(value, Fact) and not isinstance(value, Sealed):
        return _fact(value)
    return "yes" if value is True else str(value)


def _short(text: str) -> str:
    if text.startswith("sha256:"):
        return f"{text[:15]}…"
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_VALUE else words[: LONGEST_VALUE - 1] + "…"


def _counted(values: tuple[object, ...]) -> str:
    first = " and ".join(_plain(value) for value in values[:3])
    return first if len(values) <= 3 else f"{first} and {len(values) - 3} more"


def _fact(value: Fact) -> str:
    if isinstance(value, Document):
        return f"“{value.title}”"
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    inner = [f"{name.replace('_', ' ')} {_plain(v)}" for name, v in value.__dict__.items() if _says(v)]
    return f"({', '.join(inner[:8])})"


def evidence(data: bytes) -> list[str]:
    """The digests in an event's bytes: of documents, of what was looked at, of what was deployed."""
    found = (match for match in _DIGEST.finditer(data) if not data.endswith(_NO_EVIDENCE, 0, match.start()))
    return list(dict.fromkeys(match[1].decode() for match in found))


_NO_EVIDENCE = b'"rests_on_digest":'  # a control's digest is over versions


def results(event: Event) -> dict[str, Any] | None:
    """What the controls answered: how many were met, and the names of those that were not."""
    found = [one for one in event.__dict__.get("results", ()) if isinstance(one, Result)]
    if not found:
        return None
    summary: dict[str, Any] = {"met": sum(result.result == "met" for result in found)}
    for result in found:
        if result.result not in ("met", "not-applicable"):
            summary.setdefault("warned" if result.warns else result.result, []).append(result.control)
    return summary


audit_trail = Projection(
    name="audit_trail",
    version=1,
    question="Who did what, in which role, when, why, under which policy, on what evidence?",
    columns=COLUMNS,
    fold=fold,
    key=("version",),
    categories=(),
    indexed=("position",),
    appends=True,
    unread=unread,
)


def trail(stream: str, after: int = 0, limit: int = 200) -> Query:
    """What happened in one stream, in its order, behind a version."""
    sql: LiteralString = """
        SELECT * FROM {audit_trail} WHERE stream = %(stream)s AND version > %(after)s
        ORDER BY version LIMIT %(limit)s
        """
    return Query(sql, {"stream": stream, "after": after, "limit": limit})


def searched(
    who: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
    limit: int = 200,
) -> Query:
    """What happened anywhere, in the log's order after a position: of one person, one kind or a time.

    A kind is named with its version or without.
    """
    sql: LiteralString = """
        SELECT * FROM {audit_trail}
        WHERE position > %(after)s AND (%(who)s::text IS NULL OR who = %(who)s)
            AND (%(kind)s::text IS NULL OR %(kind)s IN (kind, split_part(kind, '/', 1)))
            AND (%(since)s::timestamptz IS NULL OR recorded_at >= %(since)s)
            AND (%(until)s::timestamptz IS NULL OR recorded_at < %(until)s)
        ORDER BY position LIMIT %(limit)s
        """
    return Query(sql, {"who": who, "kind": kind, "since": since, "until": until, "after": after, "limit": limit})
