"""Streams that the relay has parked: from an event on that no record can hold, nothing of the stream is published.

The rows stand in `delivery.parked_streams`. An operator requests a retry there, and the active relay carries it out.
"""

from collections.abc import Iterable
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

_PARKED: LiteralString = "SELECT stream, version, position, reason FROM delivery.parked_streams WHERE log = %s"


class UnpublishedStream(NamedTuple):
    """A stream that is not published from one event on: the version and position of that event, and the reason."""

    stream: str
    version: int
    position: int
    reason: str


def read_parked_streams(connection: Connection[DictRow], log: str) -> dict[str, UnpublishedStream]:
    """The streams that are parked, in the order of the log."""
    return _read(connection, _PARKED + " ORDER BY position", log)


def read_requested_retries(connection: Connection[DictRow], log: str) -> dict[str, UnpublishedStream]:
    """The parked streams for which a retry is requested."""
    return _read(connection, _PARKED + " AND retry_requested_at IS NOT NULL ORDER BY position", log)


def _read(connection: Connection[DictRow], query: LiteralString, log: str) -> dict[str, UnpublishedStream]:
    return {row["stream"]: UnpublishedStream(**row) for row in connection.execute(query, (log,))}


def request_retry(connection: Connection[Any], log: str, streams: Iterable[str]) -> None:
    """Ask the active relay, or the next one, to publish these streams again."""
    connection.execute(
        "UPDATE delivery.parked_streams SET retry_requested_at = now() WHERE log = %s AND stream = ANY(%s)",
        (log, list(streams)),
    )


def park_streams(connection: Connection[Any], log: str, streams: Iterable[UnpublishedStream]) -> None:
    """Park these streams; one that is parked already stays parked at its first event."""
    connection.cursor().executemany(
        "INSERT INTO delivery.parked_streams (log, stream, version, position, reason) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [(log, *stream) for stream in streams],
    )


def release_streams(connection: Connection[Any], log: str, streams: Iterable[str]) -> None:
    """Remove these streams from the parked ones."""
    connection.execute("DELETE FROM delivery.parked_streams WHERE log = %s AND stream = ANY(%s)", (log, list(streams)))
