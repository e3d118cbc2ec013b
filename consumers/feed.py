"""Where events are heard: a feed tells them in order, an archive tells them again."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Heard(Protocol):
    """One stored event: its position in the log, its place in its stream, its kind and its bytes."""

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


class Batch(NamedTuple):
    """What was heard next, and how far the feed has been heard with it; nothing at its end."""

    events: Sequence[Heard]
    end: int


class Head(Protocol):
    """Where a feed ends for now, and when its last event was written."""

    @property
    def position(self) -> int: ...
    @property
    def recorded_at(self) -> datetime | None: ...


class Feed(Protocol):
    """Events in an order that keeps that of each stream; `source` names it for good, log and generation included.

    What a position counts is the feed's own: the log's positions, or a partition's offsets.
    """

    @property
    def source(self) -> str: ...
    @property
    def log(self) -> str:
        """The id of the log that all its events are of."""
        ...

    def read(self, after: int, limit: int) -> Batch:
        """At most `limit` events behind a position."""
        ...

    def wait(self, after: int, seconds: float) -> None:
        """Return when there is more behind a position, at the latest after so many seconds."""
        ...

    def head(self) -> Head: ...


class Archive(Protocol):
    """The log itself, for what a feed has left out and for building anew."""

    def lines(self, streams: Sequence[str], after: int = 0) -> Sequence[Heard]:
        """The events of some streams with versions greater than `after`, stream by stream."""
        ...

    def by_stream(self, after: tuple[str, int], limit: int, until: int) -> Sequence[Heard]:
        """Events with positions up to `until`, ordered by stream and version, behind this stream and version."""
        ...

    def head(self) -> Head: ...
