"""Folding what was heard: understood once, applied to a stream's rows in order, exactly once, without a gap."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import orjson

from consumers.event_log import ConsumerStopped, Fork, LoggedEvent
from consumers.read_models.stream_state import Followed, Parked
from domain.codec import Unreadable, decode
from domain.event import Recorded, kind_named, kind_of
from projections.projection import Projection, Unread


class Newer(ConsumerStopped):
    """A newer release wrote this: this one would leave out what it doesn't know."""


class Poisoned(Exception):
    """One event can't be folded here: the stream is parked in this read model, the others go on."""

    def __init__(self, told: "Told", why: str) -> None:
        super().__init__(why)
        self.told, self.why = told, why

    def parked(self, model: str) -> Parked:
        heard = self.told.heard
        return Parked(model, heard.stream, heard.version, heard.position, heard.kind, self.why)


class Told(NamedTuple):
    """What was heard, and what it says, or why that can't be read."""

    heard: LoggedEvent
    event: Recorded | Unread

    @property
    def id(self) -> str:
        return self.event.id if isinstance(self.event, Recorded) else ""


Again = Callable[[str, int], Iterable[Told]]
"""Tells the events of a stream behind a version once more, from the log."""


def understood(heard: LoggedEvent, log: str) -> Told:
    """What these bytes say. Raises `Newer` for a kind that is not known here, `Fork` for another log's event."""
    try:
        recorded = decode(heard.data)
    except Unreadable as error:
        return Told(heard, _unread(heard, str(error)))
    if recorded.log != log:
        raise Fork(f"position {heard.position} is of log {recorded.log} and not of {log}: follow each log by itself")
    if (recorded.stream, recorded.version) != (heard.stream, heard.version):
        return Told(heard, _unread(heard, f"it says that it is {recorded.stream} {recorded.version}"))
    return Told(heard, recorded)


def _unread(heard: LoggedEvent, why: str) -> Unread:
    kind = _kind_within(heard.data)
    if kind is not None and kind_named(kind) is None:
        raise Newer(f"position {heard.position} holds {kind}: a newer release wrote it, upgrade to go on")
    return Unread(heard.stream, heard.version, heard.kind, why.replace("\0", " ")[:1000])


def _kind_within(data: bytes) -> str | None:
    try:
        type_ = orjson.loads(data)["type"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return kind_of(type_) if isinstance(type_, str) and type_.startswith("milepost.") else None


def follow(projection: Projection, one: Followed, told: Iterable[Told], again: Again) -> None:
    """Apply to a stream what comes next: what is known is passed over, what was left out is asked for again.

    Raises `Fork` where the known event of this version is another one, `Poisoned` where the next can't be folded.
    """
    for item in told:
        if item.heard.version > one.version + 1:
            for missed in again(item.heard.stream, max(one.version - 1, 0)):
                if missed.heard.version < item.heard.version:
                    _apply(projection, one, missed)
        _apply(projection, one, item)


def _apply(projection: Projection, one: Followed, told: Told) -> None:
    heard = told.heard
    if heard.version == one.version and told.id and one.last and told.id != one.last:
        raise Fork(
            f"{heard.stream} {heard.version} is event {told.id}, and {one.last} was read there before: find out which "
            "history is true, then build the read models anew"
        )
    if heard.version <= one.version:
        return
    if heard.version > one.version + 1:
        raise Fork(f"{heard.stream} has no event {one.version + 1} before {heard.version}: the log is not whole")
    one.rows.version, one.rows.position = heard.version, heard.position
    _fold(projection, one, told)
    one.version, one.last = heard.version, told.id


def _fold(projection: Projection, one: Followed, told: Told) -> None:
    unread = told.event
    if isinstance(unread, Recorded):
        try:
            projection.fold(one.rows, unread)
        except Exception as error:  # a fold that fails on one event must not hold up all other projects
            unread = Unread(told.heard.stream, told.heard.version, told.heard.kind, f"{type(error).__name__}: {error}")
        else:
            return
    if projection.unread is None:
        raise Poisoned(told, unread.why)
    projection.unread(one.rows, unread)
