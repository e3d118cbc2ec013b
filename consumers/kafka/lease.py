"""The relay's lease, and how far Kafka has acknowledged the log; both in the schema `delivery` of PostgreSQL.

One relay is active: the owner of the lease, until it expires by the database's clock. Each owner has a new epoch, and
every change names the epoch. So a relay that was paused and lost its lease changes nothing any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import Unreachable
from consumers.kafka.parked_streams import UnpublishedStream, park_streams, release_streams
from consumers.read_models.tables import CHANNEL

TERM_SECONDS = 6.0


class LeaseLost(Exception):
    """Another relay has the lease; the change was not made."""


@dataclass(frozen=True)
class Lease:
    """The right of one epoch to publish a log, with the position and topic at its start. Changes raise `LeaseLost`."""

    connection: Connection[DictRow]
    log: str
    epoch: int
    position: int
    topic_id: str | None

    @classmethod
    def acquire(cls, connection: Connection[DictRow], log: str, owner: str) -> "Lease | None":
        """The lease in a new epoch; None while another owner has it."""
        connection.execute("INSERT INTO delivery.relay (log) VALUES (%s) ON CONFLICT DO NOTHING", (log,))
        row = connection.execute(_ACQUIRE, (owner, TERM_SECONDS, log)).fetchone()
        return cls(connection, log, row["epoch"], row["position"], row["topic_id"]) if row else None

    def renew(self) -> None:
        self._update("expires_at = now() + make_interval(secs => %s)", TERM_SECONDS)

    def release(self) -> None:
        """Let another relay acquire the lease at once."""
        self._update("expires_at = '-infinity', owner = ''")

    def save_topic(self, topic_id: str) -> None:
        """Record the topic that this relay publishes to."""
        self._update("topic_id = %s", topic_id)

    def save(
        self, position: int, recorded_at: str | None, end_offsets: Mapping[int, int],
        parked: Sequence[UnpublishedStream] = (), released: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Record in one transaction that Kafka has acknowledged every event up to a position.

        `recorded_at` is the time of the event there, `end_offsets` the offset after the last record of each partition
        that changed. Raises `Unreachable` if an end offset doesn't rise, as in a topic that was created again.
        """
        with self.connection.transaction():
            self.renew()
            rows = [(partition, end, self.log) for partition, end in end_offsets.items()]
            cursor = self.connection.cursor()
            cursor.executemany(_SAVE_END_OFFSET, rows)  # first, since it keeps the relay's position as the previous one
            if rows and cursor.rowcount < len(rows):
                raise Unreachable("Kafka acknowledged records at offsets that it had acknowledged before: trying again")
            self._update("position = %s, recorded_at = coalesce(%s, recorded_at)", position, recorded_at)
            release_streams(self.connection, self.log, released)
            park_streams(self.connection, self.log, parked)
            self.connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _update(self, assignments: str, *values: object) -> None:
        cursor = self.connection.execute(
            f"UPDATE delivery.relay SET {assignments} WHERE log = %s AND epoch = %s".encode(),  # noqa: S608 (constants)
            (*values, self.log, self.epoch),
        )
        if not cursor.rowcount:
            raise LeaseLost("another relay has the lease")


class RelayState(NamedTuple):
    """How far a log was published, to which topic, and by the relay of which owner and epoch."""

    position: int = 0
    topic_id: str | None = None
    owner: str = ""
    epoch: int = 0


def read_relay_state(connection: Connection[DictRow], log: str) -> RelayState:
    """The state of a log's relay; position 0 before the first one."""
    row = connection.execute(_RELAY_STATE, (log,)).fetchone()
    return RelayState(**row) if row else RelayState()


class PublishedRange(NamedTuple):
    """The offsets of a partition whose records count: from `start`, and before `end`, which is acknowledged."""

    start: int = 0
    end: int = 0


def read_published_ranges(connection: Connection[DictRow], log: str) -> dict[int, PublishedRange]:
    """The published range of each partition that something was published to."""
    rows = connection.execute(
        "SELECT partition, start_offset, end_offset FROM delivery.partitions WHERE log = %s", (log,)
    )
    return {row["partition"]: PublishedRange(row["start_offset"], row["end_offset"]) for row in rows}


def restart_publication(connection: Connection[DictRow], log: str, end_offsets: Mapping[int, int]) -> None:
    """Have the next relay publish the whole log again, after these offsets; an active relay loses its lease."""
    with connection.transaction():
        connection.execute(_RESTART, (log,))
        connection.execute("DELETE FROM delivery.partitions WHERE log = %s", (log,))
        connection.execute("DELETE FROM delivery.parked_streams WHERE log = %s", (log,))
        connection.cursor().executemany(
            "INSERT INTO delivery.partitions (log, partition, start_offset, end_offset) VALUES (%s, %s, %s, %s)",
            [(log, partition, end, end) for partition, end in end_offsets.items()],
        )


_RELAY_STATE = "SELECT position, topic_id, owner, epoch FROM delivery.relay WHERE log = %s"
_ACQUIRE = """
    UPDATE delivery.relay SET owner = %s, epoch = epoch + 1, expires_at = now() + make_interval(secs => %s)
    WHERE log = %s AND expires_at < now() RETURNING epoch, position, topic_id
    """
_RESTART = """
    UPDATE delivery.relay
    SET epoch = epoch + 1, expires_at = '-infinity', position = 0, recorded_at = NULL, topic_id = NULL WHERE log = %s
    """
_SAVE_END_OFFSET = """
    INSERT INTO delivery.partitions AS p (log, partition, end_offset, previous_position, previous_recorded_at)
    SELECT log, %s, %s, position, recorded_at FROM delivery.relay WHERE log = %s
    ON CONFLICT (log, partition) DO UPDATE
    SET end_offset = excluded.end_offset, previous_end_offset = p.end_offset,
        previous_position = excluded.previous_position, previous_recorded_at = excluded.previous_recorded_at
    WHERE excluded.end_offset > p.end_offset
    """
