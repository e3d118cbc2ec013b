"""Ending on the command line: whoever stops us, a terminal or a supervisor, what was begun is ended in order."""

import signal
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from milepost.cli.output import Failed

ASKED = (signal.SIGINT, signal.SIGTERM)
BEAT_SECONDS = 0.1
PATIENCE_SECONDS = 20.0
Work = Callable[[Event], None]


class Stopped(Failed):
    """What runs has stopped by itself. Says why; exit code 1, so that a supervisor sees it."""

    exit_code = 1


def end_in_order() -> None:
    """Have the program exit when it is asked to: what was opened is closed, the embedded database last."""

    def end(*_: object) -> None:
        sys.exit(0)

    for asked in ASKED:
        signal.signal(asked, end)


@contextmanager
def unwind_on_signals() -> Generator[None]:
    """Let signals that would end the program at once unwind it instead, with a shell's exit code of that signal."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    heard = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) == signal.SIG_DFL]
    for one in heard:
        signal.signal(one, end)
    try:
        yield
    finally:
        for one in heard:
            signal.signal(one, signal.SIG_DFL)


def until_told(works: Mapping[str, Work], why: Callable[[], str | None]) -> None:
    """Let all of these work, each in a thread, until we are told to stop.

    Raises `Stopped` when one ends by itself; `why` says why, as far as that is known.
    """
    stop, told = Event(), list[int]()
    for asked in ASKED:
        signal.signal(asked, lambda number, _: told.append(number))  # a handler that takes a lock might wait for itself
    threads = [Thread(target=work, args=(stop,), name=name, daemon=True) for name, work in works.items()]
    for thread in threads:
        thread.start()
    while not told and all(thread.is_alive() for thread in threads):
        threads[0].join(BEAT_SECONDS)
    ended = None if told else next(thread.name for thread in threads if not thread.is_alive())
    stop.set()
    until = monotonic() + PATIENCE_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    if ended:
        raise Stopped(f"{ended} has stopped: {why() or 'a fault, which stands above'}")
