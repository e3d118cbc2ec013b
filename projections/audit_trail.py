"""Who did what, in which role, when, why, under which policy, on what evidence? One row an event."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString

from domain.controls.evaluation import Result
from domain.event import Event, Recorded
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
    "unreadable": "text",
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
_NO_EVIDENCE = b'"rests_on_digest":'  # the digest of a control's result is over versions


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
    """An event that can't be read has a row with the reason."""
    rows.put((lost.version,), position=rows.position, kind=lost.kind, unreadable=lost.why)


def evidence(data: bytes) -> list[str]:
    """The digests in an event's bytes: of documents, of reviewed evidence, of deployed artefacts."""
    if b'"sha256:' not in data:
        return []
    found = (match for match in _DIGEST.finditer(data) if not data.endswith(_NO_EVIDENCE, 0, match.start()))
    return list(dict.fromkeys(match[1].decode() for match in found))


def results(event: Event) -> dict[str, Any] | None:
    """The results of controls: how many were met, and the names of those that were not."""
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
    version=2,
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
    """The events of one stream after a version, in order."""
    sql: LiteralString = """
        SELECT * FROM {audit_trail} WHERE stream = %(stream)s AND version > %(after)s
        ORDER BY version LIMIT %(limit)s
        """
    return Query(sql, {"stream": stream, "after": after, "limit": limit}, describes_events=True)


def searched(
    who: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
    limit: int = 200,
) -> Query:
    """The events of all streams after a position, in order: of one person, kind or time.

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
    given = {"who": who, "kind": kind, "since": since, "until": until, "after": after, "limit": limit}
    return Query(sql, given, describes_events=True)
