"""Waiting for what others do meanwhile, with a limit."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

SECONDS = 60


@contextmanager
def running(*runs: Callable[[Event], None]) -> Generator[Event]:
    """Each in a thread of its own, until the end."""
    stop = Event()
    threads = [Thread(target=run, args=(stop,), daemon=True) for run in runs]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads)


def until(condition: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    """Wait for a condition."""
    limit, beat = monotonic() + seconds, Event()
    while not condition():
        assert monotonic() < limit, f"after {seconds} s not yet: {what}"
        beat.wait(0.05)
