"""The lease: which relay is active, until when, in which epoch; and how far Kafka has acknowledged the log.

Kept in PostgreSQL, in the schema `carrying`; the database's clock says when a lease ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import Unreachable
from consumers.kafka.parked_streams import TABLE, Unsent, park, release
from consumers.read_models.tables import CHANNEL

TERM_SECONDS = 6.0
_ONE_AT_A_TIME = 0x72656C61
_TABLES = """
    CREATE TABLE IF NOT EXISTS carrying.relay (
        source text PRIMARY KEY, owner text NOT NULL DEFAULT '', epoch bigint NOT NULL DEFAULT 0,
        until timestamptz NOT NULL DEFAULT '-infinity', position bigint NOT NULL DEFAULT 0, at timestamptz,
        topic text
    );
    COMMENT ON TABLE carrying.relay IS 'Which relay is active, and up to which position Kafka has taken the log.';
    CREATE TABLE IF NOT EXISTS carrying.partitions (
        source text NOT NULL, partition int NOT NULL, next bigint NOT NULL, since bigint NOT NULL DEFAULT 0,
        before bigint NOT NULL DEFAULT 0, reached bigint NOT NULL DEFAULT 0, reached_at timestamptz,
        PRIMARY KEY (source, partition)
    );
    COMMENT ON TABLE carrying.partitions IS 'The offset behind what was acknowledged, and from which one on it counts;
        behind what it was before that, and up to which position of the log that was everything.';
    """


class Lost(Exception):
    """Another relay has the lease; nothing of this was saved."""


def prepare(connection: Connection[Any]) -> None:
    """Make the tables that are missing; several may do so at the same time."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
        connection.execute(_TABLES)
        connection.execute(TABLE)


@dataclass(frozen=True)
class Lease:
    """The right to send, of one epoch: every change through it fails with `Lost` once another relay took over."""

    connection: Connection[DictRow]
    source: str
    epoch: int
    position: int
    topic: str | None

    @classmethod
    def taken(cls, connection: Connection[DictRow], source: str, owner: str) -> "Lease | None":
        """The lease in a new epoch; None while another has it."""
        connection.execute("INSERT INTO carrying.relay (source) VALUES (%s) ON CONFLICT DO NOTHING", (source,))
        found = connection.execute(_TAKE, (owner, TERM_SECONDS, source)).fetchone()
        return cls(connection, source, found["epoch"], found["position"], found["topic"]) if found else None

    def renew(self) -> None:
        self._demand("until = now() + make_interval(secs => %s)", TERM_SECONDS)

    def release(self) -> None:
        """Let another have it at once."""
        self._demand("until = '-infinity', owner = ''")

    def adopt(self, topic: str) -> None:
        """From now on this is the topic that is sent to."""
        self._demand("topic = %s", topic)

    def save(
        self, position: int, at: str | None, ends: Mapping[int, int], unsent: Sequence[Unsent] = (),
        taken_up: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """All up to a position, whose event was written at a moment, is acknowledged; `ends` are offsets behind it.

        `unsent` are parked from now on, and what had been withheld of the streams `taken_up` was sent.
        Raises `Unreachable` where they don't rise, as in a topic that was made anew meanwhile.
        """
        with self.connection.transaction():
            self.renew()
            rows = [(partition, end, self.source) for partition, end in ends.items()]
            cursor = self.connection.cursor()
            cursor.executemany(_MOVE, rows)  # before the relay's own position moves, which it notes
            if rows and cursor.rowcount < len(rows):
                raise Unreachable("what was acknowledged last lies before what was acknowledged earlier: looks anew")
            self._demand("position = %s, at = coalesce(%s, at)", position, at)
            release(self.connection, self.source, taken_up)
            park(self.connection, self.source, unsent)
            self.connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _demand(self, change: str, *values: object) -> None:
        changed = self.connection.execute(
            f"UPDATE carrying.relay SET {change} WHERE source = %s AND epoch = %s".encode(),  # noqa: S608 (own words)
            (*values, self.source, self.epoch),
        )
        if not changed.rowcount:
            raise Lost("another relay has taken over")


class Carried(NamedTuple):
    """How far the log was carried, by whom, in which epoch, and to which topic."""

    position: int
    topic: str | None
    owner: str
    epoch: int


def carried(connection: Connection[DictRow], source: str) -> Carried:
    """How far a log was carried so far; nowhere before the first relay."""
    try:
        found = connection.execute(
            "SELECT position, topic, owner, epoch FROM carrying.relay WHERE source = %s", (source,)
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        return Carried(0, None, "", 0)
    return Carried(**found) if found else Carried(0, None, "", 0)


class Sent(NamedTuple):
    """What is known of a partition: the offset behind what was acknowledged, and from which one on it counts."""

    next: int
    since: int


def sent_so_far(connection: Connection[DictRow], source: str) -> dict[int, Sent]:
    found = connection.execute("SELECT partition, next, since FROM carrying.partitions WHERE source = %s", (source,))
    return {row["partition"]: Sent(row["next"], row["since"]) for row in found}


def begin_again(connection: Connection[DictRow], source: str, ends: Mapping[int, int]) -> None:
    """Have the whole log sent again, behind what the partitions hold now; who sends at the moment loses the lease."""
    with connection.transaction():
        connection.execute(
            "UPDATE carrying.relay SET epoch = epoch + 1, until = '-infinity', position = 0, at = NULL, topic = NULL"
            " WHERE source = %s",
            (source,),
        )
        connection.execute("DELETE FROM carrying.partitions WHERE source = %s", (source,))
        connection.execute("DELETE FROM carrying.parked WHERE source = %s", (source,))
        connection.cursor().executemany(
            "INSERT INTO carrying.partitions (source, partition, next, since) VALUES (%s, %s, %s, %s)",
            [(source, partition, end, end) for partition, end in ends.items()],
        )


_TAKE = """
    UPDATE carrying.relay SET owner = %s, epoch = epoch + 1, until = now() + make_interval(secs => %s)
    WHERE source = %s AND until < now() RETURNING epoch, position, topic
    """
_MOVE = """
    INSERT INTO carrying.partitions AS p (source, partition, next, reached, reached_at)
    SELECT source, %s, %s, position, at FROM carrying.relay WHERE source = %s
    ON CONFLICT (source, partition) DO UPDATE
    SET next = excluded.next, before = p.next, reached = excluded.reached, reached_at = excluded.reached_at
    WHERE excluded.next > p.next
    """
