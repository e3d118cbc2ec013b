"""Following the log itself, where no broker stands between."""

from threading import Event
from time import monotonic

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import LOG, EventLog
from consumers.read_models.checkpoint import Reflected
from consumers.read_models.projector import Projector

MOST_AT_ONCE = 500
WAIT_SECONDS = 0.5
LOOKED_AFTER_SECONDS = 1.0


class Following:
    """A projector that hears the log in its own order."""

    def __init__(self, projector: Projector, event_log: EventLog) -> None:
        self._projector, self._event_log = projector, event_log

    def run(self, stop: Event) -> None:
        """Follow until told to stop."""
        self._projector.run(stop, self._hear)

    def open(self, stop: Event | None = None) -> None:
        """Make sure that the read models are there, and where they are."""
        self._projector.open(LOG.transport, _from_there, stop)

    def step(self) -> int:
        """Take in what is next; how many events that were. Raises `Fenced`, `ConsumerStopped` or `psycopg.Error`."""
        start = self._projector.position(LOG.partition)
        batch = self._event_log.read(start, MOST_AT_ONCE)
        if batch.end > start:
            self._projector.take_in({LOG.partition: batch})
            self._projector.settle()
        return len(batch.events)

    def _hear(self, stop: Event) -> None:
        self.open(stop)
        looked = monotonic()
        while not stop.is_set():
            if not self.step():
                self._event_log.wait(self._projector.position(LOG.partition), WAIT_SECONDS)
            if monotonic() - looked > LOOKED_AFTER_SECONDS:
                looked = monotonic()
                if not self._projector.is_current():
                    return


def _from_there(connection: Connection[DictRow], known: Reflected) -> dict[int, int]:
    """The log is heard behind what the models reflect."""
    return {LOG.partition: known.position}
