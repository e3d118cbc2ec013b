"""The log as an `EventLog`, for the relay, projectors and webhooks."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from consumers.event_log import Batch, LogSource
from milepost.log.sql import STREAM_NAMES
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry, LogHead

STREAM_NAMES_AT_ONCE = 10_000


class LogFeed:
    """This service's log as an `EventLog`. Threads may share it; a thread that waits uses a connection of its own."""

    def __init__(self, log: Log) -> None:
        self._log, self._identity = log, log.identity()

    @property
    def source(self) -> LogSource:
        return LogSource(self._identity.id, self._identity.generation)

    def read(self, after: int, limit: int) -> Batch:
        events = self._log.read_page(after, limit)
        return Batch(events, events[-1].position if events else after)

    def wait(self, after: int, seconds: float) -> None:
        with self._log.listening() as connection:
            if self.head().position > after:
                return
            for _ in connection.notifies(timeout=seconds, stop_after=1):
                return

    def head(self) -> LogHead:
        return self._log.head()

    def read_stream_names(self, after: int) -> Iterator[tuple[int, str]]:
        with self._log.connect() as connection, connection.transaction(), connection.cursor("stream_names") as cursor:
            cursor.itersize = STREAM_NAMES_AT_ONCE
            yield from cursor.execute(STREAM_NAMES, (after,))

    def read_streams(self, streams: Sequence[str], after: int = 0) -> Sequence[LogEntry]:
        return self._log.read_streams(streams, after)

    def read_positions(self, positions: Sequence[int]) -> Sequence[LogEntry]:
        return self._log.read_positions(positions)

    def read_by_stream(self, after: tuple[str, int], limit: int, until: int, before: str | None) -> Sequence[LogEntry]:
        return self._log.read_by_stream(after, limit, until, before)

    def split_streams(self, parts: int) -> Sequence[str]:
        return self._log.split_streams(parts)


@contextmanager
def open_event_log(conninfo: str) -> Generator[LogFeed]:
    """Open the log of a database, for a process of its own."""
    log = Log(conninfo)
    try:
        yield LogFeed(log)
    finally:
        log.close()
