"""An event as it is stored, and what is read of it."""

from datetime import datetime
from typing import NamedTuple

from domain.codec import Unreadable, decode
from domain.event import Recorded


class Stored(NamedTuple):
    """One event as it is kept: its position in the log, its place in its stream, its kind and its bytes."""

    position: int
    stream: str
    version: int
    kind: str
    data: bytes


class Damaged(Exception):
    """The log holds what is no event, or none that this release can read. Says where, and what to do."""


def read(stored: Stored) -> Recorded:
    """The event that is kept there. Raises `Damaged`."""
    try:
        return decode(stored.data)
    except Unreadable as error:
        raise Damaged(
            f"the log can't be read at position {stored.position}, {stored.stream} version {stored.version}: {error}. "
            "Unless a newer release wrote that, somebody changed the database: `milepost export` it, let "
            "`milepost verify` say what is wrong, and restore a backup"
        ) from error


class Head(NamedTuple):
    """The last event of the log: its position, 0 in an empty one, and the moment at which it was written, if known."""

    position: int
    recorded_at: datetime | None

    @classmethod
    def of(cls, last: Stored | None) -> "Head":
        """Where a log ends with this event. Raises `Damaged`."""
        return cls(last.position, read(last).recorded_at) if last else cls(0, None)
