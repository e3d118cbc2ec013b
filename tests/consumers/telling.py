"""Telling a log what happened, and comparing what read models made of it with a fold of the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any
from uuid import uuid4

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL

from consumers.event_log import Batch, LoggedEvent
from consumers.read_models.tables import Model, connect
from consumers.read_models.versions import versions_of
from domain.codec import decode, encode
from domain.event import Recorded
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry, LogHead
from projections import projections
from projections.projection import Projection, Rows

Told = dict[str, list[dict[str, Any]]]


@dataclass
class Telling:
    """Writes histories to a log, one event of each stream at a time, as if projects took turns."""

    log: Log

    def tell(self, histories: dict[str, Sequence[Recorded]]) -> None:
        turns = zip_longest(*([self.of_this_log(r, stream) for r in told] for stream, told in histories.items()))
        self.write(*(recorded for turn in turns for recorded in turn if recorded))

    def of_this_log(self, recorded: Recorded, stream: str) -> Recorded:
        return replace(recorded, stream=stream, log=self.log.identity().id, id=str(uuid4()))

    def write(self, *events: Recorded) -> None:
        self.store(*((r.stream, r.version, r.event.kind, encode(r)) for r in events))

    def store(self, *lines: tuple[str, int, str, bytes]) -> None:
        """Store these bytes, be they an event or not."""
        position = LogFeed(self.log).head().position
        with self.log.connect() as connection, connection.cursor(binary=True) as cursor:
            self.log.store.begin(cursor)
            self.log.store.append(cursor, [LogEntry(position + n, *line) for n, line in enumerate(lines, 1)])
            self.log.store.commit(cursor)


def by_fold(log: Log, leaving_out: Iterable[str] = ()) -> Told:
    """What each read model has to hold: a fold of the whole log, stream by stream."""
    streams: dict[str, list[LogEntry]] = {}
    for stored in log.events():
        streams.setdefault(stored.stream, []).append(stored)
    return {
        projection.name: sorted(
            (row for stream in sorted(streams) for row in _rows(projection, stream, streams[stream])), key=_place
        )
        for projection in projections()
        if projection.name not in leaving_out
    }


def _rows(projection: Projection, stream: str, events: list[LogEntry]) -> list[dict[str, Any]]:
    rows = Rows(projection)
    for stored in events if projection.covers(stream) else ():
        rows.version, rows.position = stored.version, stored.position
        projection.fold(rows, decode(stored.data))
    return [{"stream": stream, **row} for _, row in rows.items()]


def in_models(conninfo: str, leaving_out: Iterable[str] = ()) -> Told:
    """What each read model holds."""
    with connect(conninfo) as connection:
        return {
            model.projection.name: rows_of(connection, model)
            for model, state in versions_of(connection, projections())
            if state == "active" and model.projection.name not in leaving_out
        }


def rows_of(connection: Connection[DictRow], model: Model) -> list[dict[str, Any]]:
    """What one building of a read model holds."""
    return sorted(connection.execute(SQL("SELECT * FROM {}").format(model.rows)).fetchall(), key=_place)


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["stream"], *(row.get(name, "") for name in ("phase", "gate", "attempt", "review", "version"))


class Disturbed(LogFeed):
    """A log of which `read` repeats some events, leaves some out, or gives others in their place."""

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self.twice: set[int] = set()
        self.left_out: set[int] = set()
        self.instead: dict[int, LoggedEvent] = {}
        self.restored_to: int | None = None

    def read(self, after: int, limit: int) -> Batch:
        events, end, _ = super().read(after, limit)
        told = [self.instead.get(heard.position, heard) for heard in events if heard.position not in self.left_out]
        again = [heard for heard in told if heard.position in self.twice]
        return Batch([*told, *again], end)

    def head(self) -> LogHead:
        head = super().head()
        return head if self.restored_to is None else LogHead(self.restored_to, head.recorded_at)
