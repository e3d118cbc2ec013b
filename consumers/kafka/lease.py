"""The lease: which relay is active, until when, in which epoch; and how far Kafka has acknowledged the log.

Kept in PostgreSQL, in the schema `delivery`; the database's clock says when a lease ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import Unreachable
from consumers.kafka.parked_streams import Unsent, park, release
from consumers.read_models.tables import CHANNEL

TERM_SECONDS = 6.0


class Lost(Exception):
    """Another relay has the lease; nothing of this was saved."""


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
        connection.execute("INSERT INTO delivery.relay (log) VALUES (%s) ON CONFLICT DO NOTHING", (source,))
        found = connection.execute(_TAKE, (owner, TERM_SECONDS, source)).fetchone()
        return cls(connection, source, found["epoch"], found["position"], found["topic_id"]) if found else None

    def renew(self) -> None:
        self._demand("expires_at = now() + make_interval(secs => %s)", TERM_SECONDS)

    def release(self) -> None:
        """Let another have it at once."""
        self._demand("expires_at = '-infinity', owner = ''")

    def adopt(self, topic: str) -> None:
        """From now on this is the topic that is sent to."""
        self._demand("topic_id = %s", topic)

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
            self._demand("position = %s, recorded_at = coalesce(%s, recorded_at)", position, at)
            release(self.connection, self.source, taken_up)
            park(self.connection, self.source, unsent)
            self.connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _demand(self, change: str, *values: object) -> None:
        changed = self.connection.execute(
            f"UPDATE delivery.relay SET {change} WHERE log = %s AND epoch = %s".encode(),  # noqa: S608 (own words)
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
    found = connection.execute(
        "SELECT position, topic_id AS topic, owner, epoch FROM delivery.relay WHERE log = %s", (source,)
    ).fetchone()
    return Carried(**found) if found else Carried(0, None, "", 0)


class Sent(NamedTuple):
    """What is known of a partition: the offset behind what was acknowledged, and from which one on it counts."""

    next: int
    since: int


def sent_so_far(connection: Connection[DictRow], source: str) -> dict[int, Sent]:
    found = connection.execute(
        "SELECT partition, end_offset AS next, start_offset AS since FROM delivery.partitions WHERE log = %s", (source,)
    )
    return {row["partition"]: Sent(row["next"], row["since"]) for row in found}


def begin_again(connection: Connection[DictRow], source: str, ends: Mapping[int, int]) -> None:
    """Have the whole log sent again, behind what the partitions hold now; who sends at the moment loses the lease."""
    with connection.transaction():
        connection.execute(
            "UPDATE delivery.relay SET epoch = epoch + 1, expires_at = '-infinity', position = 0, recorded_at = NULL,"
            " topic_id = NULL WHERE log = %s",
            (source,),
        )
        connection.execute("DELETE FROM delivery.partitions WHERE log = %s", (source,))
        connection.execute("DELETE FROM delivery.parked_streams WHERE log = %s", (source,))
        connection.cursor().executemany(
            "INSERT INTO delivery.partitions (log, partition, end_offset, start_offset) VALUES (%s, %s, %s, %s)",
            [(source, partition, end, end) for partition, end in ends.items()],
        )


_TAKE = """
    UPDATE delivery.relay SET owner = %s, epoch = epoch + 1, expires_at = now() + make_interval(secs => %s)
    WHERE log = %s AND expires_at < now() RETURNING epoch, position, topic_id
    """
_MOVE = """
    INSERT INTO delivery.partitions AS p (log, partition, end_offset, previous_position, previous_recorded_at)
    SELECT log, %s, %s, position, recorded_at FROM delivery.relay WHERE log = %s
    ON CONFLICT (log, partition) DO UPDATE
    SET end_offset = excluded.end_offset, previous_end_offset = p.end_offset,
        previous_position = excluded.previous_position, previous_recorded_at = excluded.previous_recorded_at
    WHERE excluded.end_offset > p.end_offset
    """
