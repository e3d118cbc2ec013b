"""Lag."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from consumers.kafka.lag import Lag, read_lags
from consumers.kafka.lease import Lease
from consumers.kafka.topic import partition_of
from consumers.read_models.checkpoint import change_over
from consumers.read_models.tables import Model, connect
from consumers.read_models.versions import versions_of
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from projections.projection import Projection
from tests.conftest import history
from tests.consumers.follower import Follower, made
from tests.consumers.telling import Telling
from tests.domain.openings import PROPOSED, classified

[PROJECTS] = [projection for projection in projections() if projection.name == "projects"]
NAME = Model(PROJECTS).name


@pytest.fixture
def projector(log: Log, feed: LogFeed) -> Iterator[Follower]:
    found = made(log, feed, PROJECTS)
    yield found
    found.close()


def found_in(log: Log, *of: Projection) -> list[Lag]:
    with connect(log.conninfo) as connection:
        return read_lags(connection, versions_of(connection, of or [PROJECTS]), LogFeed(log))


def test_lag_is_zero_at_the_head(log: Log, projector: Follower) -> None:
    assert found_in(log) == [Lag(NAME, "active", None, projector.position, 0, 0.0)]


def test_lag_counts_events_and_the_age_of_the_oldest(log: Log, projector: Follower, telling: Telling) -> None:
    told = history(PROPOSED, classified("major"))
    telling.tell({"project-a": told})
    [lag] = found_in(log)
    assert (lag.position, lag.events) == (2, 2)
    age = (datetime.now(UTC) - told[0].recorded_at) / timedelta(seconds=1)
    assert lag.seconds == pytest.approx(age, abs=60)


def test_lag_is_by_partition_if_read_models_follow_kafka(log: Log, projector: Follower, telling: Telling) -> None:
    here, there = partition_of("project-a"), partition_of("project-b")
    assert here != there
    feed = LogFeed(log)
    with connect(log.conninfo) as connection:
        change_over(connection, NAME, feed.source, "kafka t", {here: 0, there: 0})
        telling.tell({"project-a": history(PROPOSED)})
        telling.tell({"project-b": history(PROPOSED)})
        telling.tell({"project-a": history(PROPOSED, classified("major"))[1:]})
        lease = Lease.acquire(connection, str(feed.source), "test")
        assert lease
        lease.save(4, None, {here: 1, there: 1})
        connection.execute("UPDATE models.progress SET position = 1, reflected = 4 WHERE partition = %s", (there,))
    told = {(lag.name, lag.partition): (lag.position, lag.events) for lag in found_in(log)}
    assert told == {(NAME, here): (2, 2), (NAME, there): (4, 0), ("relay", None): (4, 1)}
