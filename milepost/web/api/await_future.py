"""Waking those who wait for the writer: all whom one transaction has answered, at once."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Waking:
    """Lets the requests of one event loop wait for other threads, which wake it once for all that they have done."""

    def __init__(self) -> None:
        self._done: deque[Callable[[], None]] = deque()
        self._lock = Lock()
        self._called = False

    async def result(self, future: "Future[T]") -> T:
        """What comes of it, or what it raises."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not waiter.done():
                waiter.set_result(None)

        future.add_done_callback(lambda _: self._tell(loop, wake))
        await waiter
        return future.result()

    def _tell(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        self._done.append(wake)
        with self._lock:
            if self._called:
                return
            self._called = True
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        with self._lock:
            self._called = False
        while self._done:
            self._done.popleft()()
