"""The log: every event as its bytes, in one order, on PostgreSQL; the only place that knows the store."""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, tuple_row

from domain.event import Recorded
from domain.log_opened import REVISION, LogOpened
from milepost.log.migrate import UnsafeDatabase, demand_rights
from milepost.log.sql import (
    APPEND,
    APPEND_WITH_OUTCOMES,
    CHANNEL,
    EVENTS_AT,
    HEAD,
    INSERT_OUTCOMES,
    LAST_EVENT,
    LOCK,
    select_by_stream,
    select_filtered,
    select_outcomes,
    select_page,
    select_split_streams,
    select_streams,
)
from milepost.log.stored_event import DamagedLog, LogEntry, LogHead, read_entry

LOCK_SECONDS = 10
FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"
OutcomeRow = tuple[str, str, bytes, bytes, int]
"""Actor, command id, digest of the request, encoded outcome, and position of the log."""
_OWN = ("dbname", "host", "port", "user", "password")


class Store(PostgresApplicationRecorder):
    """The application recorder of `eventsourcing` on our tables: gapless positions under the lock, and no DDL."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(_datastore(conninfo), events_table_name="events")
        self.channel_name = CHANNEL
        self.lock_table_statements = [LOCK]

    def create_table(self) -> None:
        raise UnsafeDatabase("only `milepost migrate` creates the tables of the log")

    def append(self, cursor: Cursor[Any], events: Sequence[LogEntry]) -> None:
        """Insert entries and notify listeners. The caller holds the lock and has assigned the positions."""
        cursor.execute(APPEND, _columns(events), prepare=True)

    def insert_outcomes(self, cursor: Cursor[Any], outcomes: Sequence[OutcomeRow]) -> None:
        """Insert the outcomes of commands."""
        cursor.execute(INSERT_OUTCOMES, _columns(outcomes), prepare=True)

    def write(self, cursor: Cursor[Any], events: Sequence[LogEntry], outcomes: Sequence[OutcomeRow]) -> None:
        """Insert events and outcomes in one statement. An outcome may come without events, never the reverse."""
        if events:
            cursor.execute(APPEND_WITH_OUTCOMES, [*_columns(events), *_columns(outcomes)], prepare=True)
        else:
            self.insert_outcomes(cursor, outcomes)

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        self._lock_table(curs)
        [last] = cast("DictRow", curs.execute(self.max_notification_id_statement).fetchone()).values()
        events = [
            LogEntry((last or 0) + n, str(event.originator_id), event.originator_version, event.topic, event.state)
            for n, event in enumerate(stored_events, 1)
        ]
        self.append(curs, events)

    def _fetch_ids_after_insert_events(
        self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **_: Any
    ) -> Sequence[int]:
        [last] = cast("DictRow", curs.execute(self.max_notification_id_statement).fetchone()).values()
        return list(range(last - len(stored_events) + 1, last + 1))

    def begin(self, cursor: Cursor[Any]) -> None:
        """Begin a transaction that alone may write: the lock also waits for one whose COMMIT was never answered."""
        cursor.execute("BEGIN")
        self._lock_table(cursor)

    def commit(self, cursor: Cursor[Any]) -> None:
        cursor.execute("COMMIT")


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _datastore(conninfo: str) -> PostgresDatastore:
    params: Mapping[str, Any] = conninfo_to_dict(conninfo)
    named = {name: str(params.get(name) or "") or None for name in _OWN}
    # A ping before each use: after a restart of the server no reader meets a connection that died.
    more: dict[str, Any] = {"schema": "log", "originator_id_type": "text", "max_overflow": 15, "pre_ping": True}
    store = PostgresDatastore(**cast("dict[str, Any]", named), **more)
    rest = {"connect_timeout": 5} | {name: value for name, value in params.items() if name not in _OWN}
    rest["options"] = _options(conninfo, {})
    store.pool.kwargs = cast("dict[str, Any]", store.pool.kwargs) | rest
    return store


def _options(conninfo: str, session: Mapping[str, str]) -> str:
    """Settings for a session, after those that the connection string asks for: nobody waits for a lock for ever."""
    settings = {"lock_timeout": f"{LOCK_SECONDS}s", **session}
    given: Any = conninfo_to_dict(conninfo).get("options")
    return " ".join([*([given] if given else []), *(f"-c {name}={value}" for name, value in settings.items())])


@dataclass(frozen=True)
class Identity:
    """Which log this is: its id, the operator's name for it, its generation."""

    id: str
    name: str
    generation: int


class LogNotOpened(Exception):
    """There is no log here yet, or another than was expected."""


class NoLog(LogNotOpened):
    """No log exists where the settings point. Names the place and says what to do."""


class Log:
    """What was written, for reading. Threads may share it; each read takes a connection of its own.

    Raises `UnsafeDatabase` where the role may do more than read and append. Reads raise `psycopg.Error`.
    """

    def __init__(self, conninfo: str, environment: Mapping[str, str] = os.environ) -> None:
        if environment.get(FUNCTIONS):
            raise UnsafeDatabase(
                f"{FUNCTIONS} is set: with it a reader that follows the log misses events, so take it away"
            )
        self.conninfo = conninfo
        with self.connect() as connection:
            demand_rights(connection)
        self.store = Store(conninfo)
        self._listeners: list[Connection[Any]] = []

    def connect(self, **session: str) -> Connection[Any]:
        """A connection of one's own, each statement a transaction; `session` are settings for it."""
        return psycopg.connect(
            self.conninfo, autocommit=True, connect_timeout=5, options=_options(self.conninfo, session)
        )

    @contextmanager
    def listening(self) -> Generator[Connection[Any]]:
        """A connection that hears of new events, also of those since it was last used; kept for the next who waits."""
        try:
            connection = self._listeners.pop()
        except IndexError:
            connection = self.connect()
            connection.execute(f"LISTEN {CHANNEL}")
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._listeners.append(connection)

    def close(self) -> None:
        while self._listeners:
            self._listeners.pop().close()
        self.store.datastore.close()

    def identity(self) -> Identity:
        """The identity of the log, from its first event.

        Raises `LogNotOpened` where there is none or where it has another revision of the format, `DamagedLog` where
        it can't be read.
        """
        first = next(self.events(until=1), None)
        if first is None:
            raise LogNotOpened("this log is empty: open it first")
        opened = read_entry(first).event
        if not isinstance(opened, LogOpened):
            raise LogNotOpened(f"position 1 holds {first.kind} and not {LogOpened.kind}: this is no log of Milepost")
        if opened.revision != REVISION:
            raise LogNotOpened(
                f"the log {opened.name} has revision {opened.revision} of the provisional format, and this release"
                f" reads revision {REVISION}: use the release that wrote it, or a new database or data folder"
            )
        return Identity(opened.log, opened.name, opened.generation)

    def head(self) -> LogHead:
        """The end of the log, for readers: `recorded_at` is None where the last event can't be read."""
        last = self._last()
        try:
            return LogHead.of(last)
        except DamagedLog:
            return LogHead(last.position if last else 0, None)

    def sound_head(self) -> LogHead:
        """The end of the log, for a writer. Raises `DamagedLog` where the last event can't be read."""
        return LogHead.of(self._last())

    def position(self) -> int:
        """The position of the last event, 0 in an empty log, whether or not that event can be read."""
        with self._cursor() as cursor:
            found = cursor.execute(HEAD).fetchone()
        return found[0] if found else 0

    def _last(self) -> LogEntry | None:
        with self._cursor() as cursor:
            found = cursor.execute(LAST_EVENT).fetchone()
        return LogEntry(*found) if found else None

    def stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of one stream with versions greater than `after`, in order. Raises `DamagedLog`."""
        return [read_entry(stored) for stored in self.read_streams([stream], after)]

    def read_streams(self, streams: Sequence[str], after: int = 0) -> list[LogEntry]:
        """The stored events of some streams with versions greater than `after`, stream by stream."""
        with self._cursor() as cursor:
            return select_streams(cursor, streams, after)

    def read_positions(self, positions: Sequence[int]) -> list[LogEntry]:
        """The stored events at these positions, as far as there are any, in no order to rely on."""
        with self._cursor() as cursor:
            cursor.execute(EVENTS_AT, (list(positions),), prepare=True)
            return [LogEntry(*row) for row in cursor.fetchall()]

    def events(self, after: int = 0, until: int | None = None, batch: int = 1000) -> Iterator[LogEntry]:
        """Every event with a position greater than `after`, to `until` or the end, read `batch` at a time."""
        while rows := self.read_page(after, batch, until):
            yield from rows
            after = rows[-1].position

    def read_page(self, after: int, limit: int, until: int | None = None) -> list[LogEntry]:
        """At most `limit` events with positions greater than `after`, in order."""
        with self._cursor() as cursor:
            return [LogEntry(*row) for row in select_page(cursor, after, limit, until).fetchall()]

    def read_filtered(
        self, after: int, until: int, limit: int, stream: str | None = None, kinds: Sequence[str] | None = None
    ) -> list[LogEntry]:
        """At most `limit` events between two positions, of one stream and of some kinds where given, in order."""
        with self._cursor() as cursor:
            return select_filtered(cursor, after, until, limit, stream, kinds)

    def read_by_stream(self, after: tuple[str, int], limit: int, until: int, before: str | None) -> list[LogEntry]:
        """At most `limit` events after a stream and version; see `EventLog`."""
        with self._cursor() as cursor:
            return select_by_stream(cursor, after, limit, until, before)

    def split_streams(self, parts: int) -> list[str]:
        """The streams at which the log is divided into parts; see `EventLog`."""
        with self._cursor() as cursor:
            return select_split_streams(cursor, parts)

    def outcome(self, actor: str, command: str) -> tuple[bytes, bytes] | None:
        """The digest of a request and its encoded outcome; None where no such command is stored."""
        with self._cursor() as cursor:
            found = select_outcomes(cursor, [(actor, command)]).fetchone()
        return (found[0], found[1]) if found else None

    @contextmanager
    def _cursor(self) -> Generator[Cursor[tuple[Any, ...]]]:
        """A cursor from the store's pool, without the library's retries: they would hide a dead database for long."""
        pool = self.store.datastore.pool
        pool.open()
        with pool.connection(timeout=5) as connection, connection.cursor(binary=True, row_factory=tuple_row) as cursor:
            yield cursor
