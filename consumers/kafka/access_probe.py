"""Knocking: tries every now and then whether Kafka would still let us in.

Its client tries for ever and says nothing where it wouldn't, as after a password was changed or a certificate ended.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread

from consumers.kafka.client import Brokers
from consumers.kafka.connection_probe import why_refused

SECONDS = 30.0
_log = logging.getLogger("milepost.embedded.kafka")


class Knocking:
    """Knocks at the brokers beside whoever carries or hears, as the same user and every so many seconds."""

    def __init__(self, brokers: Brokers, seconds: float = SECONDS) -> None:
        self._brokers, self._seconds = brokers, seconds

    def run(self, stop: Event) -> None:
        """Say each time that we wouldn't be let in, and once that we are again, until told to stop."""
        refused = False
        while not stop.wait(self._seconds):
            why = why_refused(self._brokers.bootstrap, self._brokers.security)
            if why:
                _log.error("Kafka lets nobody in who comes anew: %s", why)
            elif refused:
                _log.warning("Kafka lets us in again")
            refused = why is not None


@contextmanager
def knocking(brokers: Brokers) -> Generator[None]:
    """Knock beside what is done meanwhile, on a thread of its own."""
    stop = Event()
    Thread(target=Knocking(brokers, SECONDS).run, args=(stop,), name="knocking", daemon=True).start()
    try:
        yield
    finally:
        stop.set()
