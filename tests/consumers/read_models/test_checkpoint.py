"""Progress: which position of the log a read model reflects that hears a topic."""

from collections.abc import Iterator

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.kafka.lease import Lease
from consumers.read_models.checkpoint import Reflected, begin, reflected
from consumers.read_models.tables import connect, prepare
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log

MODEL = "projects_v2_1"


@pytest.fixture
def connection(log: Log) -> Iterator[Connection[DictRow]]:
    with connect(log.conninfo) as found:
        prepare(found)
        yield found


@pytest.fixture
def lease(connection: Connection[DictRow], feed: LogFeed) -> Lease:
    """A relay that has published ten events, five to each partition; a read model has heard the last of them."""
    taken = Lease.acquire(connection, str(feed.source), "test")
    assert taken
    taken.save(10, None, {0: 5, 1: 5})
    begin(connection, [MODEL], feed.source, "kafka t", {0: 5, 1: 5}, Reflected(8, None))
    return taken


def position(connection: Connection[DictRow]) -> int:
    return reflected(connection, [MODEL])[MODEL].position


def test_is_what_was_carried_once_all_of_that_is_heard(connection: Connection[DictRow], lease: Lease) -> None:
    assert position(connection) == 10


def test_stays_where_it_was_while_one_partition_has_more(connection: Connection[DictRow], lease: Lease) -> None:
    lease.save(12, None, {1: 6})
    assert position(connection) == 10


def test_falls_back_to_what_was_heard_where_more_than_that_is_missing(
    connection: Connection[DictRow], lease: Lease
) -> None:
    lease.save(12, None, {1: 6})
    lease.save(14, None, {1: 7})
    assert position(connection) == 8
    connection.execute("UPDATE models.progress SET position = 6, reflected = 12 WHERE partition = 1")
    assert position(connection) == 12


def test_is_nothing_more_where_nothing_was_ever_sent_to_a_partition(
    connection: Connection[DictRow], lease: Lease, feed: LogFeed
) -> None:
    begin(connection, [MODEL], feed.source, "kafka t", {2: 0}, Reflected(8, None))
    assert position(connection) == 10
    lease.save(12, None, {2: 1})
    assert position(connection) == 10
