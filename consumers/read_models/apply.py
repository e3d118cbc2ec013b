"""Applying events to the rows of a stream: in order, each exactly once, without a gap."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import orjson

from consumers.event_log import ConsumerStopped, Fork, LoggedEvent
from consumers.read_models.stream_state import ParkedStream, StreamState
from domain.codec import Unreadable, decode
from domain.event import Recorded, kind_named, kind_of
from projections.projection import Projection, Unread


class UnknownKind(ConsumerStopped):
    """The log holds a kind of event that this release doesn't know. A newer release wrote it: upgrade."""


class DecodedEvent(NamedTuple):
    """An event of the log and what its bytes say, or why they can't be read."""

    logged: LoggedEvent
    event: Recorded | Unread

    @property
    def id(self) -> str:
        return self.event.id if isinstance(self.event, Recorded) else ""


class FailedEvent(Exception):
    """An event can't be applied to one read model, which parks the stream. Other streams and models go on."""

    def __init__(self, failed: DecodedEvent, reason: str) -> None:
        super().__init__(reason)
        self.logged, self.reason = failed.logged, reason

    def parked_in(self, model: str) -> ParkedStream:
        logged = self.logged
        return ParkedStream(model, logged.stream, logged.version, logged.position, logged.kind, self.reason)


StreamReader = Callable[[str, int], Iterable[DecodedEvent]]
"""Reads the events of a stream after a version from the log."""


def decode_event(logged: LoggedEvent, log: str) -> DecodedEvent:
    """Decode an event. Raises `UnknownKind`, and `Fork` for an event of another log."""
    try:
        recorded = decode(logged.data)
    except Unreadable as error:
        return DecodedEvent(logged, _unreadable(logged, str(error)))
    if recorded.log != log:
        raise Fork(f"position {logged.position} is of log {recorded.log} and not of {log}: follow each log by itself")
    if (recorded.stream, recorded.version) != (logged.stream, logged.version):
        return DecodedEvent(logged, _unreadable(logged, f"it says that it is {recorded.stream} {recorded.version}"))
    return DecodedEvent(logged, recorded)


def _unreadable(logged: LoggedEvent, reason: str) -> Unread:
    kind = _kind_in(logged.data)
    if kind is not None and kind_named(kind) is None:
        raise UnknownKind(f"position {logged.position} holds {kind}: a newer release wrote it, upgrade to go on")
    return Unread(logged.stream, logged.version, logged.kind, reason.replace("\0", " ")[:1000])


def _kind_in(data: bytes) -> str | None:
    try:
        type_ = orjson.loads(data)["type"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return kind_of(type_) if isinstance(type_, str) and type_.startswith("milepost.") else None


def apply_events(
    projection: Projection, state: StreamState, events: Iterable[DecodedEvent], reread: StreamReader
) -> None:
    """Apply events of one stream: duplicates are skipped, a gap is filled from the log.

    Raises `Fork` where another event was applied as this version before, `FailedEvent` where the fold fails.
    """
    for item in events:
        logged = item.logged
        if logged.version == state.version + 1:
            _fold(projection, state, item)
        elif logged.version > state.version:
            _fill_gap(projection, state, item, reread)
        else:
            _demand_same(state, item)


def _fill_gap(projection: Projection, state: StreamState, item: DecodedEvent, reread: StreamReader) -> None:
    version = item.logged.version
    for missing in reread(item.logged.stream, max(state.version - 1, 0)):
        if missing.logged.version == state.version:
            _demand_same(state, missing)
        elif missing.logged.version < version:
            _demand_next(state, missing)
            _fold(projection, state, missing)
    _demand_next(state, item)
    _fold(projection, state, item)


def _demand_same(state: StreamState, item: DecodedEvent) -> None:
    logged = item.logged
    if logged.version == state.version and item.id and state.last and item.id != state.last:
        raise Fork(
            f"{logged.stream} {logged.version} is event {item.id}, and {state.last} was read there before: find out "
            "which history is true, then build the read models anew"
        )


def _demand_next(state: StreamState, item: DecodedEvent) -> None:
    logged = item.logged
    if logged.version != state.version + 1:
        raise Fork(f"{logged.stream} has no event {state.version + 1} before {logged.version}: the log is not whole")


def _fold(projection: Projection, state: StreamState, item: DecodedEvent) -> None:
    logged, event, rows = item.logged, item.event, state.rows
    rows.version, rows.position = logged.version, logged.position
    if isinstance(event, Recorded):
        try:
            projection.fold(rows, event)
        except Exception as error:  # a fold that fails on one event must not hold up all other projects
            reason = f"{type(error).__name__}: {error}"
            _note_unreadable(projection, state, item, Unread(logged.stream, logged.version, logged.kind, reason))
    else:
        _note_unreadable(projection, state, item, event)
    state.version, state.last = logged.version, item.id


def _note_unreadable(projection: Projection, state: StreamState, item: DecodedEvent, unread: Unread) -> None:
    if projection.unread is None:
        raise FailedEvent(item, unread.why)
    projection.unread(state.rows, unread)
