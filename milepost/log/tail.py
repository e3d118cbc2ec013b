"""The tail of the log: wakes waiting event streams when the log grows. One connection listens for all of them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from milepost.log.sql import CHANNEL, HEAD

POLL_SECONDS = 2.0
RECONNECT_SECONDS = 0.5


class LogTail:
    """Wakes followers when the log grows. Runs on one event loop, and listens while there is a follower."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._head = 0
        self._moved = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self.followers = 0
        self.ended = False

    @asynccontextmanager
    async def followed(self) -> AsyncGenerator[None]:
        """Follow the log while the context is open."""
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
        """Wait until the log grows beyond a position, at most so many seconds. Returns the last known head."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self._head > position or self.ended)
        except TimeoutError:
            pass
        return self._head

    async def end(self) -> None:
        """Wake all followers for the last time, as the service ends."""
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
                        await self._read_head(connection)
                        async for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                            pass
            except psycopg.Error:
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _read_head(self, connection: AsyncConnection) -> None:
        found = await (await connection.execute(HEAD)).fetchone()
        self._head = found[0] if found else 0
        async with self._moved:
            self._moved.notify_all()
