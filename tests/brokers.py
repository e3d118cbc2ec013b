"""Brokers to test on: one for all tests, and clusters of a test's own."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from milepost.app.settings import Settings
from milepost.embedded.kafka import broker_config
from milepost.embedded.kafka.broker_cluster import Brokers, start
from milepost.embedded.kafka.broker_folder import Broker
from milepost.embedded.kafka.broker_process import end
from milepost.embedded.kafka.class_cache import warm
from tests.milepost.conftest import reachable

JARS = Path(os.environ.get("MILEPOST_KAFKA_JARS", Settings().kafka_jars))
"""The user's own, so that only the first tests on a machine fetch them."""

Cluster = Callable[[int], Brokers]

SOON = "broker.session.timeout.ms=3000\nbroker.heartbeat.interval.ms=500\n"
"""A broker that was killed is missed, and may come back, after three seconds instead of nine."""


@pytest.fixture(scope="session")
def quick() -> None:
    """Brokers start in a third of the time, once the first tests on a machine have prepared it."""
    warm(JARS, print)


@pytest.fixture(scope="session")
def broker(quick: None) -> Iterator[Brokers]:
    """One running broker for all tests; each takes topics and groups of names of its own."""
    folder = reachable()
    running = start(folder / "kafka", JARS, print)
    yield running
    drop(running)
    shutil.rmtree(folder)


def drop(brokers: Brokers) -> None:
    """End brokers at once whose data nobody needs any more: to close a thousand partitions in order takes long."""
    end(brokers.folder.brokers(), brokers.folder.account, grace=0)
    brokers.stop()


@pytest.fixture
def cluster(quick: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """`cluster(3)`: as many brokers of the test's own, which may be killed; what is left of them goes with the test."""
    made: list[Brokers] = []
    monkeypatch.setattr("milepost.embedded.kafka.broker_process.properties", _missed_soon)
    folder = reachable()

    def cluster_of(count: int) -> Brokers:
        made.append(start(folder / f"kafka{len(made)}", JARS, print, count))
        return made[-1]

    yield cluster_of
    for one in made:
        drop(one)
    shutil.rmtree(folder)


def _missed_soon(broker: Broker, brokers: Sequence[Broker]) -> str:
    return broker_config.properties(broker, brokers) + SOON
