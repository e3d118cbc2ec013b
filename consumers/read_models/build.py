"""Building: one share of the log's streams, folded stream by stream, so that every row is written once."""

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from threading import Event
from typing import Any, LiteralString

import orjson
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL
from psycopg.types.json import Json

from consumers.event_log import EventLog, LoggedEvent
from consumers.read_models.apply import Poisoned, Told, follow, understood
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.stream_state import Followed, Parked, changed_rows, stream_row
from consumers.read_models.tables import Model, connect
from projections.projection import Rows

PAGE = 4_000
Report = Callable[[int, int], None]
"""Told how many of how many events were taken in."""


@dataclass(frozen=True)
class Standing:
    """Up to which position what is built, and how far that is: behind which event, in the order of the streams."""

    models: list[Model]
    until: int
    events: int
    last: tuple[str, int]
    share: tuple[int, int] = (0, 1)


@dataclass
class Built:
    """Whole streams as they are to be written: rows and streams by model, whom that parks, and the last event.

    They follow behind the event `before`.
    """

    rows: dict[Model, list[dict[str, Any]]]
    streams: dict[Model, list[dict[str, Any]]]
    before: tuple[str, int]
    parked: list[Parked] = field(default_factory=list[Parked])
    last: tuple[str, int] = ("", 0)
    events: int = 0


def build(
    conninfo: str,
    log: str,
    event_log: EventLog,
    standing: Standing,
    report: Report | None = None,
    stop: Event | None = None,
) -> bool:
    """Build one share of it; whether that was done to its end. Raises `Fenced` where another program is at it."""
    with (
        connect(conninfo) as connection,
        _little_garbage(),
        ThreadPoolExecutor(1, "reader") as reader,
        ThreadPoolExecutor(1, "writer") as writer,
    ):
        written: Future[None] | None = None
        for built in Builder(event_log, log, standing).built(_pages(event_log, standing, reader)):
            if written:
                written.result()
            if stop and stop.is_set():
                return False
            written = writer.submit(_write, connection, standing, built)
            if report:
                report(built.events, standing.until)
        if written:
            written.result()
    return True


@contextmanager
def _little_garbage() -> Generator[None]:
    """What is built lives until it is written: to look through it for garbage all the time is a fifth of the work."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _pages(event_log: EventLog, standing: Standing, reader: ThreadPoolExecutor) -> Iterator[Sequence[LoggedEvent]]:
    """Page after page of the log in the order of its streams, the next one being read meanwhile."""
    asked = PAGE, standing.until, standing.share
    following = reader.submit(event_log.read_by_stream, standing.last, *asked)
    while page := following.result():
        following = reader.submit(event_log.read_by_stream, (page[-1].stream, page[-1].version), *asked)
        yield page


class Builder:
    """Folds whole streams into every model."""

    def __init__(self, event_log: EventLog, log: str, standing: Standing) -> None:
        self._event_log, self._log, self._models = event_log, log, standing.models
        self._built, self._last = self._empty(standing.last, standing.events), standing.last
        self._open: dict[Model, Followed] = {}
        self._stream = ""

    def _empty(self, before: tuple[str, int], events: int) -> Built:
        rows, streams = ({model: list[dict[str, Any]]() for model in self._models} for _ in range(2))
        return Built(rows, streams, before, events=events)

    def built(self, pages: Iterator[Sequence[LoggedEvent]]) -> Iterator[Built]:
        """Of each page the streams that ended in it; the last one may go on in the next."""
        for page in pages:
            for stream, events in groupby(page, key=lambda heard: heard.stream):
                if stream != self._stream:
                    self._close()
                    self._stream = stream
                    self._open = {m: Followed(Rows(m.projection)) for m in self._models if m.projection.covers(stream)}
                self._fold([understood(heard, self._log) for heard in events])
            if self._built.last[0]:
                yield self._taken()
        self._close()
        if self._built.last[0]:
            yield self._taken()

    def _taken(self) -> Built:
        taken, self._built = self._built, self._empty(self._built.last, self._built.events)
        return taken

    def _fold(self, told: Sequence[Told]) -> None:
        for model, one in list(self._open.items()):
            try:
                follow(model.projection, one, told, self._again)
            except Poisoned as poison:
                self._built.parked.append(poison.parked(model.name))
                self._emit(model, self._before(model, poison))
                del self._open[model]
        self._last = self._stream, told[-1].heard.version

    def _before(self, model: Model, poison: Poisoned) -> Followed:
        one = Followed(Rows(model.projection))
        earlier = [t for t in self._again(self._stream, 0) if t.heard.version < poison.told.heard.version]
        follow(model.projection, one, earlier, self._again)
        return one

    def _again(self, stream: str, after: int) -> list[Told]:
        return [understood(heard, self._log) for heard in self._event_log.read_streams([stream], after)]

    def _close(self) -> None:
        """The stream is whole."""
        if self._stream:
            for model, one in self._open.items():
                self._emit(model, one)
            self._built.last = self._last
            self._built.events += self._last[1]

    def _emit(self, model: Model, one: Followed) -> None:
        self._built.streams[model].append(stream_row(self._stream, one))
        self._built.rows[model] += changed_rows(self._stream, one.rows)


_ADD: LiteralString = "INSERT INTO {} SELECT * FROM json_populate_recordset(NULL::{}, %s::json)"
_PARK: LiteralString = """
    INSERT INTO models.parked (model, stream, version, position, kind, why)
    SELECT model, stream, version, position, kind, why FROM json_populate_recordset(NULL::models.parked, %s::json)
    """


def _write(connection: Connection[DictRow], standing: Standing, built: Built) -> None:
    """Add what was built, and that it was, where that is what comes next."""
    with connection.transaction():
        _move(connection, standing, built)
        for model in standing.models:
            for table, rows in ((model.streams, built.streams[model]), (model.rows, built.rows[model])):
                if rows:
                    connection.execute(SQL(_ADD).format(table, table), (Json(rows, orjson.dumps),))
        if built.parked:
            connection.execute(_PARK, (Json([one._asdict() for one in built.parked], orjson.dumps),))


def _move(connection: Connection[DictRow], standing: Standing, built: Built) -> None:
    """Note how far this share is; one that was left behind and writes late finds that another has gone on."""
    names = [model.name for model in standing.models]
    place = *standing.share, standing.until, *built.before
    moved = connection.execute(
        "UPDATE models.building SET stream = %s, version = %s, events = %s"
        " WHERE model = ANY(%s) AND (share, shares, until, stream, version) = (%s, %s, %s, %s, %s)",
        (*built.last, built.events, names, *place),
    )
    if moved.rowcount < len(names):
        raise Fenced("another program builds these read models now: wait for it, or say it again")
