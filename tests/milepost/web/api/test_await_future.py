"""Waking those who wait for other threads."""

import asyncio
from concurrent.futures import Future
from threading import Thread

import pytest

from milepost.web.api.await_future import Waking
from tests.looping import run


def outcomes(*done: object) -> list[object]:
    """What as many waiters get of futures that another thread settles one after the other."""
    futures: list[Future[object]] = [Future() for _ in done]

    def settle() -> None:
        for future, one in zip(futures, done, strict=True):
            if isinstance(one, Exception):
                future.set_exception(one)
            else:
                future.set_result(one)

    async def wait() -> list[object]:
        waking = Waking()
        waits = [asyncio.ensure_future(waking.result(future)) for future in futures]
        await asyncio.sleep(0)
        thread = Thread(target=settle)
        thread.start()
        async with asyncio.timeout(10):
            found = await asyncio.gather(*waits, return_exceptions=True)
        thread.join()
        return list(found)

    return run(wait())


def test_tells_each_its_own() -> None:
    assert outcomes(*range(1000)) == list(range(1000))


def test_tells_what_was_raised_to_whom_it_concerns() -> None:
    first, fault, last = outcomes("a", KeyError("gone"), "b")
    assert (first, repr(fault), last) == ("a", "KeyError('gone')", "b")


def test_forgets_who_no_longer_waits() -> None:
    future: Future[int] = Future()

    async def wait() -> None:
        waking = Waking()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await waking.result(future)
        future.set_result(1)
        await asyncio.sleep(0)

    run(wait())


def test_outlives_the_loop() -> None:
    future: Future[int] = Future()

    async def leave() -> None:
        waits = asyncio.ensure_future(Waking().result(future))
        await asyncio.sleep(0)
        waits.cancel()

    run(leave())
    future.set_result(1)
