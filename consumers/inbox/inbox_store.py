"""Remembering: where a subscriber keeps what it has heard, beside what it made of it, in one transaction."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import tuple_row

from consumers.event_log import LogSource

_TABLES = (
    """CREATE TABLE IF NOT EXISTS milepost_heard (
        subscriber text NOT NULL, log text NOT NULL, generation int NOT NULL, stream text NOT NULL,
        version bigint NOT NULL, leaf text NOT NULL, PRIMARY KEY (subscriber, stream)
    )""",
    """CREATE TABLE IF NOT EXISTS milepost_places (
        subscriber text NOT NULL, topic text NOT NULL, partition int NOT NULL, next bigint NOT NULL,
        PRIMARY KEY (subscriber, topic, partition)
    )""",
)
_SOURCE = "SELECT log, generation FROM milepost_heard WHERE subscriber = ? LIMIT 1"
_LAST = "SELECT version, leaf FROM milepost_heard WHERE subscriber = ? AND stream = ?"
_PLACES = "SELECT partition, next FROM milepost_places WHERE subscriber = ? AND topic = ?"
_HEARD = """
    INSERT INTO milepost_heard (subscriber, log, generation, stream, version, leaf) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (subscriber, stream) DO UPDATE SET version = excluded.version, leaf = excluded.leaf
    WHERE milepost_heard.version = ?
    """
_MOVED = """
    INSERT INTO milepost_places (subscriber, topic, partition, next) VALUES (?, ?, ?, ?)
    ON CONFLICT (subscriber, topic, partition) DO UPDATE SET next = excluded.next
    """


class Overtaken(Exception):
    """Another process of this subscriber has taken in the same event meanwhile; nothing of this one is kept."""


class Last(NamedTuple):
    """The last event of a stream that was taken in: its version, and the hash of its bytes as the ledger has it."""

    version: int = 0
    leaf: str = ""


class Memory(ABC):
    """What one subscriber has heard. What is done within a transaction is kept together with it."""

    def __init__(self, subscriber: str) -> None:
        self.subscriber = subscriber
        for table in _TABLES:
            self._run(table)

    @abstractmethod
    def transaction(self) -> AbstractContextManager[object]: ...

    @abstractmethod
    def _run(self, statement: str, *values: object) -> Any:
        """A cursor that has carried out this; values stand at the question marks."""

    def source(self) -> LogSource | None:
        """Whose events were heard; None before the first."""
        found = self._run(_SOURCE, self.subscriber).fetchone()
        return LogSource(*found) if found else None

    def last(self, stream: str) -> Last:
        found = self._run(_LAST, self.subscriber, stream).fetchone()
        return Last(*found) if found else Last()

    def places(self, topic: str) -> dict[int, int]:
        """The offsets behind what was heard of each partition of a topic."""
        return dict(self._run(_PLACES, self.subscriber, topic).fetchall())

    def keep(self, source: LogSource, stream: str, before: Last, last: Last) -> None:
        """This event of a stream is taken in, behind the one before. Raises `Overtaken`."""
        values = (self.subscriber, source.log, source.generation, stream, *last, before.version)
        if not self._run(_HEARD, *values).rowcount:
            raise Overtaken(f"{stream} {last.version}")

    def move(self, topic: str, partition: int, behind: int) -> None:
        self._run(_MOVED, self.subscriber, topic, partition, behind)


class InPostgres(Memory):
    """Remembers in a PostgreSQL of the subscriber's own; a handler that writes by the same connection does so once."""

    def __init__(self, connection: Connection[Any], subscriber: str) -> None:
        if not connection.autocommit:
            raise ValueError("the connection must be in autocommit mode, so that each transaction here is a whole one")
        self.connection = connection
        super().__init__(subscriber)

    def transaction(self) -> AbstractContextManager[object]:
        return self.connection.transaction()

    def _run(self, statement: str, *values: object) -> Any:
        cursor = self.connection.cursor(row_factory=tuple_row)
        return cursor.execute(statement.replace("?", "%s").encode(), values)


class InFile(Memory):
    """Remembers in an SQLite file of the subscriber's own; a handler may write there by the same connection."""

    def __init__(self, path: Path, subscriber: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self.connection.execute("PRAGMA synchronous = FULL")
        super().__init__(subscriber)

    @contextmanager
    def transaction(self) -> Generator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()

    def _run(self, statement: str, *values: object) -> Any:
        return self.connection.execute(statement, values)
