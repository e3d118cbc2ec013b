"""The tail of the log."""

import asyncio
from collections.abc import Awaitable, Callable

from milepost.log.store import Log
from milepost.log.tail import LogTail
from milepost.log.writer import Writer
from tests.looping import run
from tests.milepost.logs import Database, Proxy, log, prepared, propose, proxy, writer

__all__ = ["log", "prepared", "proxy", "writer"]


def following(conninfo: str, doing: Callable[[LogTail], Awaitable[None]]) -> None:
    """Do this while somebody follows, on an event loop of its own, and not for long."""

    async def all_of_it() -> None:
        tail = LogTail(conninfo)
        async with asyncio.timeout(30), tail.followed():
            await doing(tail)
        assert tail.followers == 0

    run(all_of_it())


def test_says_where_the_log_ends(log: Log) -> None:
    async def doing(tail: LogTail) -> None:
        assert await tail.grown(0, 10) == log.head().position

    following(log.conninfo, doing)


def test_wakes_all_who_wait_once_something_is_written(log: Log, writer: Writer) -> None:
    head = log.head().position

    async def doing(tail: LogTail) -> None:
        async with tail.followed():
            waiting = [asyncio.create_task(tail.grown(head, 20)) for _ in range(50)]
            await asyncio.to_thread(writer.execute, propose("p"))
            assert {await one for one in waiting} == {head + 1}

    following(log.conninfo, doing)


def test_waits_no_longer_than_it_may(log: Log) -> None:
    head = log.head().position

    async def doing(tail: LogTail) -> None:
        await tail.grown(0, 10)
        assert await tail.grown(head, 0.01) == head

    following(log.conninfo, doing)


def test_finds_a_database_that_comes_back(log: Log, writer: Writer, prepared: Database, proxy: Proxy) -> None:
    head = log.head().position

    async def doing(tail: LogTail) -> None:
        await tail.grown(0, 10)
        proxy.cut()
        await asyncio.to_thread(writer.execute, propose("p"))
        assert await tail.grown(head, 0.05) == head
        proxy.shut.clear()
        assert await tail.grown(head, 20) == head + 1

    following(proxy.way(prepared), doing)


def test_wakes_everybody_where_the_service_ends(log: Log) -> None:
    async def doing(tail: LogTail) -> None:
        waiting = asyncio.create_task(tail.grown(10**9, 25))
        await asyncio.sleep(0)
        await tail.end()
        await asyncio.wait_for(waiting, 10)
        assert tail.ended

    following(log.conninfo, doing)


def test_listens_for_whoever_comes_right_after_the_last_has_left(log: Log) -> None:
    async def doing(tail: LogTail) -> None:
        assert await tail.grown(0, 10) == log.head().position

    async def one_after_the_other() -> None:
        tail = LogTail(log.conninfo)
        for _ in range(3):
            async with asyncio.timeout(30), tail.followed():
                await doing(tail)
            tail._head = 0  # pyright: ignore[reportPrivateUsage] (as if nothing had ever been heard)

    run(one_after_the_other())
