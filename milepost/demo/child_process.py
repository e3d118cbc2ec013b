"""Tethered: the program, ending in order as soon as whoever started it is gone, even one that was killed.

Its standard input is a pipe whose other end they alone hold; the system closes that with them.
"""

import os
import signal
from threading import Event, Thread

from milepost.app.settings import settings_from
from milepost.cli import main
from milepost.embedded.kafka.broker_cluster import stop_unused


def run() -> None:
    """Run the command line; left alone, also stop the embedded brokers, which nobody else would."""
    left = Event()
    Thread(target=_watch, args=(left,), name="tether", daemon=True).start()
    try:
        main()
    finally:
        if left.is_set():
            stop_unused(settings_from(os.environ).kafka_data)


def _watch(left: Event) -> None:
    while os.read(0, 1):
        pass
    left.set()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    run()
