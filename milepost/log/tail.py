"""The tail of the log: who waits for more there holds no thread, and one connection listens for all of them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from milepost.log.queries import CHANNEL, HEAD

LOOK_SECONDS = 2.0
AGAIN_SECONDS = 0.5


class Tail:
    """Wakes who waits for the log to grow. All of it happens on one event loop; it listens while somebody follows."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._head = 0
        self._moved = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self.followers = 0
        self.ended = False

    @asynccontextmanager
    async def followed(self) -> AsyncGenerator[None]:
        """Be told of what comes while this is open."""
        self.followers += 1
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.followers -= 1
            if not self.followers and self._listening:
                self._listening.cancel()
                self._listening = None

    async def grown(self, position: int, seconds: float) -> int:
        """Wait until the log goes beyond a position, at the longest so many seconds; where it ends, as far as known."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self._head > position or self.ended)
        except TimeoutError:
            pass
        return self._head

    async def end(self) -> None:
        """Wake everybody for the last time: the service ends."""
        self.ended = True
        async with self._moved:
            self._moved.notify_all()

    async def _listen(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True, connect_timeout=5
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    while True:
                        await self._look(connection)
                        async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                            pass
            except psycopg.Error:
                await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self, connection: AsyncConnection) -> None:
        found = await (await connection.execute(HEAD)).fetchone()
        self._head = found[0] if found else 0
        async with self._moved:
            self._moved.notify_all()
