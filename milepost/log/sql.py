"""The SQL on the log's tables: every statement on `log.events` and `log.outcomes`, beside their DDL and rights.

Each parameter is `%b`, so that values are sent in binary. The rows of a query for events are fields of `LogEntry`.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import Cursor
from psycopg.sql import SQL, Composable

from milepost.log.stored_event import LogEntry

CHANNEL: LiteralString = "milepost_log"
"""The channel on which a transaction that appends events notifies its listeners."""

_EVENTS: LiteralString = "SELECT notification_id, originator_id, originator_version, topic, state FROM log.events"
_INSERT_EVENTS: LiteralString = """
    INSERT INTO log.events (notification_id, originator_id, originator_version, topic, state)
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::bytea[])
    """
_NOTIFY: LiteralString = f"SELECT pg_notify('{CHANNEL}', '')"
_UNBOUNDED = 2**53

LOCK: LiteralString = "LOCK TABLE log.writer IN EXCLUSIVE MODE"
"""Lock the log for writing: one transaction appends at a time, and readers are not blocked."""

INSERT_OUTCOMES: LiteralString = """
    INSERT INTO log.outcomes (actor, command_id, digest, outcome, position)
    SELECT * FROM unnest(%b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::bigint[])
    """
"""Store the outcomes of commands; one array a column."""

APPEND: LiteralString = f"WITH appended AS ({_INSERT_EVENTS}) {_NOTIFY}"
"""Append events and notify the listeners; one array a column."""

APPEND_WITH_OUTCOMES: LiteralString = f"WITH appended AS ({_INSERT_EVENTS}), answered AS ({INSERT_OUTCOMES}) {_NOTIFY}"
"""Append events, store the outcomes of the commands that caused them, and notify the listeners."""

ANY_EVENT: LiteralString = "SELECT FROM log.events LIMIT 1"
"""One row without columns if the log holds any event."""

HEAD: LiteralString = "SELECT coalesce(max(notification_id), 0) FROM log.events"
"""The position of the last event, 0 in an empty log."""

LAST_EVENT: LiteralString = f"{_EVENTS} ORDER BY notification_id DESC LIMIT 1"
"""The last event."""

EVERY_EVENT: LiteralString = f"{_EVENTS} ORDER BY notification_id"
"""The whole log, in order."""

EVENTS_AT: LiteralString = f"{_EVENTS} WHERE notification_id = ANY(%b)"
"""The events at an array of positions, in any order."""

STREAM_NAMES: LiteralString = (
    "SELECT notification_id, originator_id FROM log.events WHERE notification_id > %b ORDER BY notification_id"
)
"""The position and stream of every event after a position, in order."""

EVERY_OUTCOME: LiteralString = (
    "SELECT actor, command_id, digest, outcome, position FROM log.outcomes ORDER BY position, actor, command_id"
)
"""The outcome of every command, in the order of the positions at which they were stored."""

_PAGE: LiteralString = (
    f"{_EVENTS} WHERE notification_id > %b AND notification_id <= %b ORDER BY notification_id LIMIT %b"
)
_STREAMS: LiteralString = f"""
    {_EVENTS} WHERE originator_id = ANY(%b) AND originator_version > %b ORDER BY originator_id, originator_version
    """
_BY_STREAM: LiteralString = f"""
    {_EVENTS} WHERE (originator_id, originator_version) > (%b, %b) AND notification_id <= %b
    AND (%b::text IS NULL OR originator_id < %b::text) ORDER BY originator_id, originator_version LIMIT %b
    """
_SPLIT_STREAMS: LiteralString = """
    SELECT originator_id FROM (
        SELECT originator_id, row_number() OVER (ORDER BY originator_id, originator_version) AS number FROM log.events
    ) AS numbered JOIN (
        SELECT 1 + part * total / %b AS number
        FROM generate_series(1, %b - 1) AS part, (SELECT count(*) AS total FROM log.events) AS counted
    ) AS wanted USING (number) ORDER BY number
    """
_OUTCOMES: LiteralString = """
    SELECT digest, outcome, a, c FROM unnest(%b::text[], %b::text[]) AS asked (a, c), LATERAL (
        SELECT digest, outcome FROM log.outcomes WHERE actor = a AND command_id = c LIMIT 1
    ) AS known
    """


def select_page(cursor: Cursor[Any], after: int, limit: int, until: int | None = None) -> Cursor[Any]:
    """Query at most `limit` events with positions greater than `after`, up to `until`, in order."""
    return cursor.execute(_PAGE, (after, until or _UNBOUNDED, limit), prepare=True)


def select_streams(cursor: Cursor[Any], streams: Sequence[str], after: int = 0) -> list[LogEntry]:
    """The events of some streams with versions greater than `after`, stream by stream."""
    cursor.execute(_STREAMS, (list(streams), after), prepare=True)
    return [LogEntry(*row) for row in cursor.fetchall()]


def select_by_stream(
    cursor: Cursor[Any], after: tuple[str, int], limit: int, until: int, before: str | None
) -> list[LogEntry]:
    """At most `limit` events after a stream and version, up to a position, of the streams before one."""
    cursor.execute(_BY_STREAM, (*after, until, before, before, limit))
    return [LogEntry(*row) for row in cursor.fetchall()]


def select_split_streams(cursor: Cursor[Any], parts: int) -> list[str]:
    """The first stream of each part but the first, where the streams are divided by the number of their events."""
    return [stream for (stream,) in cursor.execute(_SPLIT_STREAMS, (parts, parts))]


def select_filtered(
    cursor: Cursor[Any], after: int, until: int, limit: int, stream: str | None, kinds: Sequence[str] | None
) -> list[LogEntry]:
    """At most `limit` events between two positions, of one stream and of some kinds where those are given, in order."""
    conditions: list[Composable] = [SQL("notification_id > %b AND notification_id <= %b")]
    parameters: list[Any] = [after, until]
    if stream is not None:
        conditions.append(SQL("originator_id = %b"))
        parameters.append(stream)
    if kinds is not None:
        conditions.append(SQL("topic = ANY(%b)"))
        parameters.append(list(kinds))
    query = SQL(_EVENTS) + SQL(" WHERE ") + SQL(" AND ").join(conditions) + SQL(" ORDER BY notification_id LIMIT %b")
    cursor.execute(query, (*parameters, limit))
    return [LogEntry(*row) for row in cursor.fetchall()]


def select_outcomes(cursor: Cursor[Any], asked: Sequence[tuple[str, str]]) -> Cursor[Any]:
    """Query the outcomes of commands by actor and command id: digest, outcome, actor, command id."""
    actors, commands = [actor for actor, _ in asked], [command for _, command in asked]
    return cursor.execute(_OUTCOMES, (actors, commands), prepare=True)
