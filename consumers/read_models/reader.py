"""The reader: answers the questions of read models, and says which position and moment each answer reflects."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from threading import Condition, Event, Thread
from typing import Any, NamedTuple

import orjson
import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

from consumers.event_log import EventLog
from consumers.read_models.checkpoint import Reflected, reflected
from consumers.read_models.stall_detector import Liveness, Standstill, Waiting, liveness
from consumers.read_models.tables import CHANNEL, Model, connect
from projections.projection import CHOSEN, Projection, Query

MOST_CONNECTIONS = 8
MOST_PARKED = 20
_NOT_BUILT = "the read models are not built yet: start a projector, or wait for it"


class NotBuilt(Exception):
    """A read model is not there yet: it is being built, or no projector has run."""


class ParkedStreamSummary(NamedTuple):
    """A stream that a read model has set aside: it contains nothing from this version and position on."""

    stream: str
    version: int
    position: int


@dataclass(frozen=True)
class ReadModelAnswer:
    """Rows, and what they reflect: everything up to a position of the log, whose event was written at a moment.

    `parked` names streams that these read models have set aside, the earliest first, at most `MOST_PARKED` and one.
    """

    rows: list[DictRow]
    position: int
    at: datetime | None
    parked: list[ParkedStreamSummary] = field(default_factory=list[ParkedStreamSummary])


class Reader:
    """Answers queries over read models. Threads may share it. Raises `psycopg.Error` where the database can't."""

    def __init__(self, conninfo: str, projections: Iterable[Projection]) -> None:
        self._projections = {projection.name: projection for projection in projections}
        self._standstill = Standstill()
        self._pool = ConnectionPool(
            conninfo,
            min_size=0,
            max_size=MOST_CONNECTIONS,
            open=True,
            timeout=5,
            reconnect_timeout=1,  # so that a database that comes back is found at once
            configure=_configure,
            kwargs={"autocommit": True, "options": "-c timezone=UTC", "row_factory": dict_row, "connect_timeout": 5},
        )

    def ask(self, query: Query) -> ReadModelAnswer:
        """The answer to a query, as of one moment of the database. Raises `NotBuilt` where a model is missing."""
        named = {name for _, name, _, _ in Formatter().parse(query.sql) if name and name != "chosen"}
        with self._pool.connection() as connection:
            try:
                with connection.transaction():
                    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    models = self._active(connection, named)
                    position, at = _furthest_behind(connection, models)
                    tables = {model.projection.name: model.rows for model in models}
                    rows = connection.execute(
                        SQL(query.sql).format(chosen=SQL(CHOSEN), **tables), query.parameters
                    ).fetchall()
                    parked = _parked(connection, models)
            except psycopg.errors.UndefinedTable as error:
                raise NotBuilt(_NOT_BUILT) from error
        return ReadModelAnswer(rows, position, at, parked)

    def parked_at(self, stream: str) -> ParkedStreamSummary | None:
        """Where a read model has set a stream aside, the earliest place if several have; None where none has."""
        with self._pool.connection() as connection:
            try:
                models = self._active(connection, self._projections)
                return next(iter(_parked(connection, models, stream)), None)
            except (NotBuilt, psycopg.errors.UndefinedTable):
                return None

    def _active(self, connection: Connection[DictRow], names: Iterable[str]) -> list[Model]:
        """The building of each of these that is read from. Raises `NotBuilt` where there is none."""
        asked = {self._projections[name].table: self._projections[name] for name in names}
        found = connection.execute(
            "SELECT model, number FROM models.versions WHERE state = 'active' AND model = ANY(%s)", (list(asked),)
        ).fetchall()
        if len(found) < len(asked):
            raise NotBuilt(_NOT_BUILT)
        return [Model(asked[row["model"]], row["number"]) for row in found]

    def liveness(self, event_log: EventLog, stopped: str | None = None) -> Liveness:
        """How far behind the log they are. Raises `psycopg.Error` where nobody can say."""
        with self._pool.connection() as connection:
            try:
                models = self._active(connection, self._projections)
            except (NotBuilt, psycopg.errors.UndefinedTable):
                unbuilt = self._standstill.seen([Waiting("whoever builds the read models", 0)])
                return Liveness(0, event_log.head().position, 0.0, 0, stopped, *unbuilt)
            return liveness(connection, models, event_log, self._standstill, stopped)

    def position(self) -> int:
        """Up to where all the read models reflect the log; 0 where one is not built yet."""
        with self._pool.connection() as connection:
            try:
                return _furthest_behind(connection, self._active(connection, self._projections)).position
            except (NotBuilt, psycopg.errors.UndefinedTable):
                return 0

    def close(self) -> None:
        self._pool.close()


def _parked(
    connection: Connection[DictRow], models: list[Model], stream: str | None = None
) -> list[ParkedStreamSummary]:
    """The streams that these models have set aside, each where it was first, the earliest first."""
    found = connection.execute(
        "SELECT stream, min(version) AS version, min(position) AS position FROM models.parked"
        " WHERE model = ANY(%s) AND (%s::text IS NULL OR stream = %s) GROUP BY stream ORDER BY position LIMIT %s",
        ([model.name for model in models], stream, stream, MOST_PARKED + 1),
    ).fetchall()
    return [ParkedStreamSummary(row["stream"], row["version"], row["position"]) for row in found]


def _configure(connection: Connection[Any]) -> None:
    set_json_loads(orjson.loads, connection)


def _furthest_behind(connection: Connection[DictRow], models: list[Model]) -> Reflected:
    known = reflected(connection, [model.name for model in models])
    if len(known) < len(models):
        raise NotBuilt(_NOT_BUILT)
    return min(known.values(), key=lambda one: one.position, default=Reflected(0, None))


class Watch:
    """Knows how far the read models are, as projectors tell it, and wakes who waits for a position."""

    def __init__(self, conninfo: str, reader: Reader) -> None:
        self._conninfo, self._reader = conninfo, reader
        self._position = 0
        self._moved = Condition()
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._stop = Event()
        self._thread = Thread(target=self._listen, name="watch", daemon=True)
        self._thread.start()

    @property
    def position(self) -> int:
        return self._position

    def wait_until(self, position: int, seconds: float) -> bool:
        """Wait until the read models reflect a position; False where they don't within that time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._position >= position or self._stop.is_set(), seconds) and (
                self._position >= position
            )

    async def reached(self, position: int, seconds: float) -> bool:
        """The same, without holding a thread meanwhile."""
        waiter = asyncio.get_running_loop(), asyncio.Event()
        with self._moved:
            self._waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                while self._position < position and not self._stop.is_set():
                    await waiter[1].wait()
                    waiter[1].clear()
        except TimeoutError:
            return False
        finally:
            with self._moved:
                self._waiters.discard(waiter)
        return self._position >= position

    def close(self) -> None:
        self._stop.set()
        self._wake(self._position)
        self._thread.join()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with connect(self._conninfo) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not self._stop.is_set():
                        self._look()
                        for _ in connection.notifies(timeout=0.5, stop_after=1):
                            break
            except psycopg.Error:  # whatever it is, whoever waits would wait in vain for ever
                self._stop.wait(0.2)

    def _look(self) -> None:
        self._wake(self._reader.position())

    def _wake(self, position: int) -> None:
        with self._moved:
            self._position = position
            self._moved.notify_all()
            for loop, waked in self._waiters:
                loop.call_soon_threadsafe(waked.set)
