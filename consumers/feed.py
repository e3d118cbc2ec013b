"""Where events are heard: a feed tells them in order, an archive tells them again."""

from collections.abc import Sequence
from dataclasses import dataclass
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


class Unreachable(Exception):
    """What is to be heard can't be reached now, or not in this way. Says in a sentence what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whose events: the id of the log, and its generation."""

    log: str
    generation: int

    def __str__(self) -> str:
        return f"{self.log}/{self.generation}"


class Place(NamedTuple):
    """Where positions are counted: in the log itself, or as the offsets of a partition of a topic."""

    way: str
    partition: int


LOG = Place("log", 0)


class Odd(NamedTuple):
    """What stands at a position of a place and is no event of this log, and why not."""

    position: int
    why: str


class Batch(NamedTuple):
    """What was heard next, how far the place has been heard with it, and what is kept apart; nothing at its end."""

    events: Sequence[Heard]
    end: int
    odd: Sequence[Odd] = ()


class Head(Protocol):
    """Where a log ends for now, and when its last event was written."""

    @property
    def position(self) -> int: ...
    @property
    def recorded_at(self) -> datetime | None: ...


class Feed(Protocol):
    """The log in its own order."""

    @property
    def source(self) -> Source: ...

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

    def at(self, positions: Sequence[int]) -> Sequence[Heard]:
        """The events at these positions, as far as there are any."""
        ...

    def by_stream(self, after: tuple[str, int], limit: int, until: int, share: tuple[int, int]) -> Sequence[Heard]:
        """Events with positions up to `until`, ordered by stream and version, behind this stream and version.

        `share` is which of how many parts, equal but for chance, the streams are of.
        """
        ...

    def head(self) -> Head: ...
