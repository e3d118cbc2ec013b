"""The log as its consumers see it: the protocol by which they follow it, what it returns, and why they stop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


class LoggedEvent(Protocol):
    """One event of the log: its position, its stream and version, its kind and its canonical bytes."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> bytes: ...


class Unreachable(Exception):
    """The log or Kafka can't be reached, or not as it must be; a consumer tries again. The message says what to do."""


class ConsumerStopped(Exception):
    """A consumer stops, since its results would be wrong if it went on. The message says why and what to do."""


class Fork(ConsumerStopped):
    """Two events claim one place: the log is another one, or was restored from before what was read."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """Which log events are of: its id and its generation."""

    log: str
    generation: int

    def __str__(self) -> str:
        return f"{self.log}/{self.generation}"


class TransportPartition(NamedTuple):
    """Where a consumer counts: the transport, `log` or `kafka TOPIC_ID`, and the partition, 0 for the log.

    The unit is the position in the log, or the offset in a partition of the topic.
    """

    transport: str
    partition: int


LOG = TransportPartition("log", 0)


class InvalidRecord(NamedTuple):
    """A record that is no event of this log: its offset, and the reason."""

    position: int
    why: str


class Batch(NamedTuple):
    """Events of one partition, the position or offset up to which it was read, and the invalid records there."""

    events: Sequence[LoggedEvent]
    end: int
    invalid: Sequence[InvalidRecord] = ()


class Head(Protocol):
    """The position of the last event, 0 in an empty log, and when it was recorded, if that can be read."""

    @property
    def position(self) -> int: ...
    @property
    def recorded_at(self) -> datetime | None: ...


class EventLog(Protocol):
    """The log, for reading. Threads may share it. Every method raises `psycopg.Error` while the log can't be read."""

    @property
    def source(self) -> LogSource: ...

    def head(self) -> Head: ...

    def wait(self, after: int, seconds: float) -> None:
        """Return once there are events after a position, or after so many seconds."""
        ...

    def read(self, after: int, limit: int) -> Batch:
        """At most `limit` events after a position, in order."""
        ...

    def read_positions(self, positions: Sequence[int]) -> Sequence[LoggedEvent]:
        """The events at these positions, as far as there are any, in any order."""
        ...

    def read_streams(self, streams: Sequence[str], after: int = 0) -> Sequence[LoggedEvent]:
        """The events of some streams with versions greater than `after`, stream by stream."""
        ...

    def read_by_stream(
        self, after: tuple[str, int], limit: int, until: int, before: str | None
    ) -> Sequence[LoggedEvent]:
        """At most `limit` events after a stream and version, in the order of streams and versions.

        `until` is the greatest position. Only streams that come before the stream `before` are read, if that is given.
        """
        ...

    def split_streams(self, parts: int) -> Sequence[str]:
        """The streams at which the log, in the order of streams, is divided into parts of about equally many events."""
        ...

    def read_stream_names(self, after: int) -> Iterator[tuple[int, str]]:
        """The position and the stream of every event after a position, in order."""
        ...
