"""Building: a range of the log's streams, applied stream by stream to all models at once, written by COPY."""

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from threading import Event
from typing import LiteralString

import orjson
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Json

from consumers.event_log import EventLog, LoggedEvent
from consumers.read_models.apply import DecodedEvent, FailedEvent, apply_events, decode_event
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.build_state import BuildState, advance_state
from consumers.read_models.copy_writer import CopiedStreams
from consumers.read_models.stream_state import ParkedStream, StreamState
from consumers.read_models.tables import Model, connect
from projections.projection import Rows

PAGE = 4_000
"""Events that are read at once."""

Report = Callable[[int, int], None]
"""Receives how many of how many events were applied."""


@dataclass
class BuiltBatch:
    """Whole streams that are ready to be written, after the event `after` and up to the event `last`."""

    streams: dict[Model, CopiedStreams]
    after: tuple[str, int]
    events: int
    last: tuple[str, int] = ("", 0)
    parked: list[ParkedStream] = field(default_factory=list[ParkedStream])


def build(
    conninfo: str,
    log: str,
    event_log: EventLog,
    state: BuildState,
    report: Report | None = None,
    stop: Event | None = None,
) -> bool:
    """Build one range; False where `stop` was set before its end. Raises `Fenced` where another program builds it."""
    with (
        connect(conninfo) as connection,
        _rare_garbage_collection(),
        ThreadPoolExecutor(1, "reader") as reader,
        ThreadPoolExecutor(1, "writer") as writer,
    ):
        written: Future[None] | None = None
        for batch in StreamBuilder(event_log, log, state).batches(_pages(event_log, state, reader)):
            if written:
                written.result()
            if stop and stop.is_set():
                return False
            written = writer.submit(_write, connection, state, batch)
            if report:
                report(batch.events, state.until)
        if written:
            written.result()
    return True


@contextmanager
def _rare_garbage_collection() -> Generator[None]:
    """Collect rarely: all that is built lives until it is written, and looking through it costs a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _pages(event_log: EventLog, state: BuildState, reader: ThreadPoolExecutor) -> Iterator[Sequence[LoggedEvent]]:
    """The pages of the range in the order of its streams; the next one is read meanwhile."""
    options = PAGE, state.until, state.before
    following = reader.submit(event_log.read_by_stream, state.last, *options)
    while page := following.result():
        following = reader.submit(event_log.read_by_stream, (page[-1].stream, page[-1].version), *options)
        yield page


class StreamBuilder:
    """Applies whole streams to every model; each event is decoded once."""

    def __init__(self, event_log: EventLog, log: str, state: BuildState) -> None:
        self._event_log, self._log, self._models = event_log, log, state.models
        self._batch = self._empty(state.last, state.events)
        self._open: dict[Model, StreamState] = {}
        self._last = ("", 0)

    def _empty(self, after: tuple[str, int], events: int) -> BuiltBatch:
        return BuiltBatch({model: CopiedStreams(model) for model in self._models}, after, events)

    def batches(self, pages: Iterator[Sequence[LoggedEvent]]) -> Iterator[BuiltBatch]:
        """For each page the streams that end in it; its last stream may go on in the next page."""
        for page in pages:
            for stream, events in groupby(page, key=lambda logged: logged.stream):
                if stream != self._last[0]:
                    self._end_stream()
                    self._begin_stream(stream)
                self._apply([decode_event(logged, self._log) for logged in events])
            if self._batch.last[0]:
                yield self._take_batch()
        self._end_stream()
        if self._batch.last[0]:
            yield self._take_batch()

    def _take_batch(self) -> BuiltBatch:
        batch, self._batch = self._batch, self._empty(self._batch.last, self._batch.events)
        return batch

    def _begin_stream(self, stream: str) -> None:
        self._last = (stream, 0)
        covering = [model for model in self._models if model.projection.covers(stream)]
        self._open = {model: StreamState(Rows(model.projection)) for model in covering}

    def _apply(self, events: Sequence[DecodedEvent]) -> None:
        stream = self._last[0]
        for model, state in list(self._open.items()):
            try:
                apply_events(model.projection, state, events, self._reread)
            except FailedEvent as failed:
                self._batch.parked.append(failed.parked_in(model.name))
                self._batch.streams[model].add(stream, self._state_before(model, failed))
                del self._open[model]
        self._last = stream, events[-1].logged.version

    def _state_before(self, model: Model, failed: FailedEvent) -> StreamState:
        state = StreamState(Rows(model.projection))
        earlier = [
            item for item in self._reread(failed.logged.stream, 0) if item.logged.version < failed.logged.version
        ]
        apply_events(model.projection, state, earlier, self._reread)
        return state

    def _reread(self, stream: str, after: int) -> list[DecodedEvent]:
        return [decode_event(logged, self._log) for logged in self._event_log.read_streams([stream], after)]

    def _end_stream(self) -> None:
        stream, version = self._last
        if stream:
            for model, state in self._open.items():
                self._batch.streams[model].add(stream, state)
            self._batch.last = self._last
            self._batch.events += version


_PARK: LiteralString = """
    INSERT INTO models.parked (model, stream, version, position, kind, why)
    SELECT model, stream, version, position, kind, why FROM json_populate_recordset(NULL::models.parked, %s::json)
    """


def _write(connection: Connection[DictRow], state: BuildState, batch: BuiltBatch) -> None:
    """Write a batch and how far that brings the range, in one transaction. Raises `Fenced`."""
    with connection.transaction(), connection.cursor() as cursor:
        if not advance_state(connection, state, batch.after, batch.last, batch.events):
            raise Fenced("another program builds these read models now: wait for it, or start again")
        for streams in batch.streams.values():
            streams.copy(cursor)
        if batch.parked:
            cursor.execute(_PARK, (Json([one._asdict() for one in batch.parked], orjson.dumps),))
