"""Timing on a machine that is never quiet: ways measured in turn, round after round, and compared within each round."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from threading import Barrier
from time import perf_counter
from typing import Any

Measured = Mapping[str, Sequence[float]]


def rate(callers: int, seconds: float, work: Callable[[int, int], object]) -> float:
    """How many times a second `work(caller, n)` gets done by so many threads at once."""
    ready = Barrier(callers)

    def keep_working(caller: int) -> tuple[int, float, float]:
        ready.wait(60)
        began = now = perf_counter()
        for n in count():
            if now >= began + seconds:
                return n, began, now
            work(caller, n)
            now = perf_counter()
        raise AssertionError("the count never ends")

    with ThreadPoolExecutor(callers) as pool:
        done = list(pool.map(keep_working, range(callers)))
    return sum(n for n, _, _ in done) / (max(end for _, _, end in done) - min(began for _, began, _ in done))


def seconds(work: Callable[[], object]) -> float:
    """How long this takes, once."""
    began = perf_counter()
    work()
    return perf_counter() - began


def in_turn(rounds: int, ways: Mapping[str, Callable[[], float]]) -> Measured:
    """Each way measured once a round: A B, B A, …, so that what the others leave to do meets all of them alike."""
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(rounds):
        for name in list(ways)[:: -1 if n % 2 else 1]:
            measured[name].append(ways[name]())
    return measured


def times(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times theirs ours is: the median over the rounds."""
    return round(median(a / b for a, b in zip(ours, theirs, strict=True)), 3)


def medians(measured: Measured) -> dict[str, float]:
    return {name: round(median(values), 1) for name, values in measured.items()}


def judged(value: float, at_least: float | None = None, at_most: float | None = None) -> dict[str, Any]:
    """A value beside its target, and whether it is met."""
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    target = {"at_least": at_least} if at_least is not None else {"at_most": at_most}
    return {"value": value, **target, "met": met}
