"""Liveness: who stands still though there is more."""

from collections.abc import Iterator

import pytest

from consumers.kafka.lease import Lease
from consumers.read_models.checkpoint import change_over
from consumers.read_models.stall_detector import Standstill, Waiting, waiting
from consumers.read_models.tables import Model, connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.conftest import history
from tests.consumers.follower import made
from tests.consumers.telling import Telling
from tests.domain.openings import PROPOSED

ONE = Waiting("projects", 5)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("consumers.read_models.stall_detector.monotonic", lambda: now[0])
    return now


def test_counts_from_when_it_was_first_seen(clock: list[float]) -> None:
    standstill = Standstill()
    assert standstill.seen([ONE]) == (0.0, "projects")
    clock[0] = 140.0
    assert standstill.seen([ONE, Waiting("gates", 1)]) == (40.0, "projects")


def test_begins_anew_for_who_has_moved_and_ends_for_who_has_all(clock: list[float]) -> None:
    standstill = Standstill()
    standstill.seen([ONE])
    clock[0] = 140.0
    assert standstill.seen([Waiting("projects", 6)]) == (0.0, "projects")
    assert standstill.seen([]) == (0.0, "")
    assert standstill.seen([ONE]) == (0.0, "projects")


@pytest.fixture
def names(log: Log, feed: LogFeed, telling: Telling) -> Iterator[list[str]]:
    """The read models, which lack one event."""
    projector = made(log, feed)
    telling.tell({"project-a": history(PROPOSED)})
    yield [Model(projection).name for projection in projections()]
    projector.close()


def test_sees_who_waits_in_the_log(log: Log, feed: LogFeed, names: list[str]) -> None:
    with connect(log.conninfo) as connection:
        assert waiting(connection, names, str(feed.source), feed.head()) == [Waiting(name, 2) for name in names]


def test_sees_who_waits_in_a_partition_and_whether_the_relay_does(log: Log, feed: LogFeed, names: list[str]) -> None:
    source = str(feed.source)
    with connect(log.conninfo) as connection:
        change_over(connection, names[0], feed.source, "kafka t", {0: 0, 1: 0})
        lease = Lease.acquire(connection, source, "test")
        assert lease
        lease.save_topic("t")
        lease.save(2, None, {0: 0, 1: 0})
        assert waiting(connection, names[:1], source, feed.head()) == [Waiting("the relay", 2)]
        lease.save(3, None, {1: 1})
        assert waiting(connection, names[:1], source, feed.head()) == [Waiting(f"{names[0]} in partition 1", 0)]
        connection.execute("UPDATE models.progress SET position = 1 WHERE transport = 'kafka t' AND partition = 1")
        assert waiting(connection, names[:1], source, feed.head()) == []
