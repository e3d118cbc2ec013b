"""Brokers to test on: one for all tests, and clusters of a test's own."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milepost.kafka.brokers import Brokers, start
from milepost.kafka.process import end
from milepost.kafka.warming import warm
from milepost.settings import Settings
from tests.milepost.conftest import reachable

JARS = Path(os.environ.get("MILEPOST_KAFKA_JARS", Settings().kafka_jars))
"""The user's own, so that only the first tests on a machine fetch them."""

Cluster = Callable[[int], Brokers]


@pytest.fixture(scope="session")
def quick() -> None:
    """Brokers start in a third of the time, once the first tests on a machine have prepared it."""
    warm(JARS, print)


@pytest.fixture(scope="session")
def broker(quick: None) -> Iterator[Brokers]:
    """One running broker for all tests; each takes topics and groups of names of its own."""
    folder = reachable()
    with start(folder / "kafka", JARS, print) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def cluster(quick: None) -> Iterator[Cluster]:
    """`cluster(3)`: as many brokers of the test's own, which may be killed; what is left of them goes with the test."""
    made: list[Brokers] = []
    folder = reachable()

    def cluster_of(count: int) -> Brokers:
        made.append(start(folder / f"kafka{len(made)}", JARS, print, count))
        return made[-1]

    yield cluster_of
    for one in made:
        one.stop()
        end(one.folder.brokers(), one.folder.account)
    shutil.rmtree(folder)
