"""The store of an inbox: which events a subscriber has processed, written in the transaction of its own rows.

`SqliteInboxStore` and `PostgresInboxStore` are the two stores. Both run the same SQL, which stands here.
"""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from consumers.event_log import LogSource

_TABLES = (
    """CREATE TABLE IF NOT EXISTS milepost_inbox (
        subscriber text NOT NULL, log text NOT NULL, generation int NOT NULL, stream text NOT NULL,
        version bigint NOT NULL, hash text NOT NULL, PRIMARY KEY (subscriber, stream)
    )""",
    """CREATE TABLE IF NOT EXISTS milepost_offsets (
        subscriber text NOT NULL, topic_id text NOT NULL, partition int NOT NULL, next_offset bigint NOT NULL,
        PRIMARY KEY (subscriber, topic_id, partition)
    )""",
)
_SOURCE = "SELECT log, generation FROM milepost_inbox WHERE subscriber = ? LIMIT 1"
_LAST_EVENT = "SELECT version, hash FROM milepost_inbox WHERE subscriber = ? AND stream = ?"
_OFFSETS = "SELECT partition, next_offset FROM milepost_offsets WHERE subscriber = ? AND topic_id = ?"
_SAVE_EVENT = """
    INSERT INTO milepost_inbox (subscriber, log, generation, stream, version, hash) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (subscriber, stream) DO UPDATE SET version = excluded.version, hash = excluded.hash
    WHERE milepost_inbox.version = ?
    """
_SAVE_OFFSET = """
    INSERT INTO milepost_offsets (subscriber, topic_id, partition, next_offset) VALUES (?, ?, ?, ?)
    ON CONFLICT (subscriber, topic_id, partition) DO UPDATE SET next_offset = excluded.next_offset
    """


class AlreadyProcessed(Exception):
    """Another process of this subscriber has processed the same event; this transaction must roll back."""


class LastEvent(NamedTuple):
    """The last processed event of a stream: its version, and its leaf hash in the ledger, in hexadecimal."""

    version: int = 0
    hash: str = ""


class InboxStore(ABC):
    """What one subscriber has processed; its name is also that of its consumer group.

    Whatever a handler writes by the store's connection within `transaction` commits with the store's own rows.
    """

    def __init__(self, subscriber: str) -> None:
        self.subscriber = subscriber
        for table in _TABLES:
            self._execute(table)

    @abstractmethod
    def transaction(self) -> AbstractContextManager[object]: ...

    @abstractmethod
    def _execute(self, statement: str, *values: object) -> Any:
        """The cursor of a statement, with question marks as placeholders of the values."""

    def read_source(self) -> LogSource | None:
        """The log that the events are of; None before the first event."""
        row = self._execute(_SOURCE, self.subscriber).fetchone()
        return LogSource(*row) if row else None

    def read_last_event(self, stream: str) -> LastEvent:
        row = self._execute(_LAST_EVENT, self.subscriber, stream).fetchone()
        return LastEvent(*row) if row else LastEvent()

    def read_offsets(self, topic_id: str) -> dict[int, int]:
        """The next offset of each partition of a topic of which something was processed."""
        return dict(self._execute(_OFFSETS, self.subscriber, topic_id).fetchall())

    def save_event(self, source: LogSource, stream: str, previous: LastEvent, event: LastEvent) -> None:
        """Record an event as processed. Raises `AlreadyProcessed` unless `previous` is still the stream's last."""
        values = (self.subscriber, source.log, source.generation, stream, *event, previous.version)
        if not self._execute(_SAVE_EVENT, *values).rowcount:
            raise AlreadyProcessed(f"{stream} {event.version}")

    def save_offset(self, topic_id: str, partition: int, next_offset: int) -> None:
        self._execute(_SAVE_OFFSET, self.subscriber, topic_id, partition, next_offset)
