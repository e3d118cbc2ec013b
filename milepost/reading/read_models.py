"""The read models of this process: kept up with the log by a thread of its own or by others, asked by the doors."""

from dataclasses import replace
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psycopg

from consumers.read_models.batch_writer import Fenced
from consumers.read_models.event_sentences import add_sentences
from consumers.read_models.log_follower import Following
from consumers.read_models.projector import Projector
from consumers.read_models.read_model_metrics import Gauge, gauges
from consumers.read_models.reader import ParkedStreamSummary, Reader, ReadModelAnswer, Watch
from consumers.read_models.stall_detector import Liveness
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.webhooks.webhook_metrics import gauges as webhooks
from projections import projections
from projections.projection import Query

CATCHING_UP_SECONDS = 5.0


class Models:
    """Read models on the log's database.

    `follow` keeps them up with it; others see what those who follow made. In the distributed way those are projectors
    of their own, who hear Kafka.
    """

    def __init__(self, conninfo: str, log: Log, distributed: bool = False) -> None:
        self._feed, self._conninfo = LogFeed(log), conninfo
        self._projector = Projector(conninfo, self._feed.source, self._feed, projections())
        self._following = None if distributed else Following(self._projector, self._feed)
        self._reader = Reader(conninfo, projections())
        self._stop = Event()
        self._watch: Watch | None = None
        self._thread: Thread | None = None

    def follow(self) -> None:
        """Keep the read models up with the log from now on, or watch those who do."""
        if self._following:
            self._thread = Thread(target=self._following.run, args=(self._stop,), name="projector", daemon=True)
            self._thread.start()
        self._watch = Watch(self._conninfo, self._reader)

    def catch_up(self) -> None:
        """Bring the read models to the end of the log once, where nobody follows; wait a little for those who do."""
        if self._following is None or not self._brought_up(self._following):
            self.wait_until(self._feed.head().position, CATCHING_UP_SECONDS)

    def _brought_up(self, following: Following) -> bool:
        """Whether that was ours to do; somebody else may be at it, and was faster."""
        try:
            following.open()
            while following.step():
                pass
        except (Fenced, psycopg.errors.UndefinedTable):  # which a promotion took away meanwhile
            return False
        finally:
            self._projector.close()
        return True

    def wait_until(self, position: int, seconds: float) -> bool:
        """Whether the read models come to reflect a position within that time."""
        watch = Watch(self._conninfo, self._reader)
        try:
            return watch.wait_until(position, seconds)
        finally:
            watch.close()

    def ask(self, query: Query) -> ReadModelAnswer:
        """The rows that answer a query. Raises `NotBuilt` where the read models are not there yet."""
        answer = self._reader.ask(query)
        return replace(answer, rows=add_sentences(answer.rows, self._feed)) if query.describes_events else answer

    def parked_at(self, stream: str) -> ParkedStreamSummary | None:
        """Where a read model has set a stream aside; None where it is contained in all of them."""
        return self._reader.parked_at(stream)

    async def reached(self, position: int, seconds: float) -> bool:
        """Whether the read models come to reflect a position within that time; holds no thread meanwhile."""
        return self._watch is not None and await self._watch.reached(position, seconds)

    def position(self) -> int:
        """Up to where they reflect the log, whoever keeps them up; 0 where they are not built yet."""
        return self._reader.position()

    def liveness(self) -> Liveness:
        """How far behind the log they are."""
        return self._reader.liveness(self._feed, self._projector.stopped)

    def gauges(self) -> list[Gauge]:
        """What is measured of those who follow the log; nothing of the read models before there are any."""
        with connect(self._conninfo) as connection:
            brought = list(webhooks(connection, self._feed.head().position))
            try:
                return [*gauges(connection, projections(), self._feed), *brought]
            except psycopg.errors.UndefinedTable:
                return brought

    def close(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()
        if self._watch:
            self._watch.close()
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
