"""Withheld: streams that are not sent since an event that no record holds, and which of them to try again."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

_PARKED = "SELECT stream, version, position, reason AS why FROM delivery.parked_streams WHERE log = %s"


class Unsent(NamedTuple):
    """A stream that is not sent from this event on, and why."""

    stream: str
    version: int
    position: int
    why: str


def unsent_streams(connection: Connection[DictRow], source: str) -> dict[str, Unsent]:
    """The streams that are not sent, in the order of the log."""
    return _found(connection, _PARKED, source)


def asked_for(connection: Connection[DictRow], source: str) -> dict[str, Unsent]:
    """Those of them that the active relay is asked to try once more."""
    return _found(connection, f"{_PARKED} AND retry_requested_at IS NOT NULL", source)


def _found(connection: Connection[DictRow], asked: str, source: str) -> dict[str, Unsent]:
    found = connection.execute(f"{asked} ORDER BY position".encode(), (source,))
    return {row["stream"]: Unsent(**row) for row in found}


def ask_for(connection: Connection[Any], source: str, streams: Iterable[str]) -> None:
    """Ask the active relay, or the next one, to try these streams once more."""
    connection.execute(
        "UPDATE delivery.parked_streams SET retry_requested_at = now() WHERE log = %s AND stream = ANY(%s)",
        (source, list(streams)),
    )


def park(connection: Connection[Any], source: str, unsent: Iterable[Unsent]) -> None:
    """Note what is not sent from now on; of a stream that is noted already, the first event stays."""
    connection.cursor().executemany(
        "INSERT INTO delivery.parked_streams (log, stream, version, position, reason) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [(source, *one) for one in unsent],
    )


def release(connection: Connection[Any], source: str, streams: Iterable[str]) -> None:
    """Note that these are sent again."""
    connection.execute(
        "DELETE FROM delivery.parked_streams WHERE log = %s AND stream = ANY(%s)", (source, list(streams))
    )
