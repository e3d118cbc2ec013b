"""An entry of the log: an event as it is stored, and the event that its bytes hold."""

from datetime import datetime
from typing import NamedTuple

from domain.codec import Unreadable, decode
from domain.event import Recorded


class LogEntry(NamedTuple):
    """One row of `log.events`: position, stream, version, kind, canonical bytes."""

    position: int
    stream: str
    version: int
    kind: str
    data: bytes


class DamagedLog(Exception):
    """The log holds bytes that this release can't read as an event. Names the position and what to do."""


def read_entry(stored: LogEntry) -> Recorded:
    """Decode the event of an entry. Raises `DamagedLog`."""
    try:
        return decode(stored.data)
    except Unreadable as error:
        raise DamagedLog(
            f"the log can't be read at position {stored.position}, {stored.stream} version {stored.version}: {error}. "
            "unless a newer release wrote it, the database was changed: run `milepost export` and `milepost verify` to "
            "find what is wrong, then restore a backup"
        ) from error


class LogHead(NamedTuple):
    """The end of the log: position of the last event (0 in an empty log), and when it was recorded, if readable."""

    position: int
    recorded_at: datetime | None

    @classmethod
    def of(cls, last: LogEntry | None) -> "LogHead":
        """The head of a log that ends with this entry. Raises `DamagedLog`."""
        return cls(last.position, read_entry(last).recorded_at) if last else cls(0, None)
