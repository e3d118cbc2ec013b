"""Withheld: streams that are not sent since an event that no record holds, and which of them to try again."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

TABLE = """
    CREATE TABLE IF NOT EXISTS carrying.parked (
        source text NOT NULL, stream text NOT NULL, version bigint NOT NULL, position bigint NOT NULL,
        why text NOT NULL, parked_at timestamptz NOT NULL DEFAULT now(), asked_at timestamptz,
        PRIMARY KEY (source, stream)
    );
    ALTER TABLE carrying.parked ADD COLUMN IF NOT EXISTS asked_at timestamptz;
    COMMENT ON TABLE carrying.parked IS 'Streams that are not sent since an event that Kafka doesn''t take, and since
        when they are asked for once more.';
    """


class Unsent(NamedTuple):
    """A stream that is not sent from this event on, and why."""

    stream: str
    version: int
    position: int
    why: str


def unsent_streams(connection: Connection[DictRow], source: str) -> dict[str, Unsent]:
    """The streams that are not sent, in the order of the log."""
    return _found(connection, "SELECT stream, version, position, why FROM carrying.parked WHERE source = %s", source)


def asked_for(connection: Connection[DictRow], source: str) -> dict[str, Unsent]:
    """Those of them that the active relay is asked to try once more."""
    asked = "SELECT stream, version, position, why FROM carrying.parked WHERE source = %s AND asked_at IS NOT NULL"
    return _found(connection, asked, source)


def _found(connection: Connection[DictRow], asked: str, source: str) -> dict[str, Unsent]:
    found = connection.execute(f"{asked} ORDER BY position".encode(), (source,))
    return {row["stream"]: Unsent(**row) for row in found}


def ask_for(connection: Connection[Any], source: str, streams: Iterable[str]) -> None:
    """Ask the active relay, or the next one, to try these streams once more."""
    connection.execute(
        "UPDATE carrying.parked SET asked_at = now() WHERE source = %s AND stream = ANY(%s)", (source, list(streams))
    )


def park(connection: Connection[Any], source: str, unsent: Iterable[Unsent]) -> None:
    """Note what is not sent from now on; of a stream that is noted already, the first event stays."""
    connection.cursor().executemany(
        "INSERT INTO carrying.parked (source, stream, version, position, why) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [(source, *one) for one in unsent],
    )


def release(connection: Connection[Any], source: str, streams: Iterable[str]) -> None:
    """Note that these are sent again."""
    connection.execute("DELETE FROM carrying.parked WHERE source = %s AND stream = ANY(%s)", (source, list(streams)))
