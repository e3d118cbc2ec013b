"""The ways in which events reach the read models; every one of them passes the same tests."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import read_relay_state
from consumers.kafka.topic import PARTITIONS
from consumers.kafka.topic_follower import TopicFollower, follow_topic
from consumers.read_models.checkpoint import Reflected
from consumers.read_models.checkpoint import begin as begin_progress
from consumers.read_models.log_follower import Following
from consumers.read_models.projector import Projector
from consumers.read_models.reader import Reader
from consumers.read_models.tables import Model, index, prepare
from consumers.read_models.versions import begin, change, discard, versions_of
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.consumers.topics import relay_of
from tests.waiting import running, until


@dataclass
class Embedded:
    """Projectors follow the log itself."""

    log: Log

    @contextmanager
    def running(self, each: int = 1) -> Generator[None]:
        feed = LogFeed(self.log)
        made = [Projector(self.log.conninfo, feed.source, feed, projections()) for _ in range(each)]
        with running(*(Following(projector, feed).run for projector in made)):
            yield


@dataclass
class Distributed:
    """A relay carries the log to Kafka, consumer groups hear it there."""

    log: Log
    brokers: KafkaClients

    @contextmanager
    def running(self, each: int = 1) -> Generator[None]:
        members = [member for _ in range(each) for member in members_of(self.log, self.brokers)]
        with running(relay_of(self.log, self.brokers).run, *(member.run for member in members)):
            yield


def members_of(log: Log, brokers: KafkaClients) -> list[TopicFollower]:
    """A member for each read model."""
    feed = LogFeed(log)
    return [follow_topic(log.conninfo, feed.source, feed, brokers, [projection]) for projection in projections()]


def wait_until_reflected(log: Log, position: int | None = None, seconds: float = 60) -> None:
    """Wait until every read model reflects a position, or the head of the log."""
    wanted, reader = position or log.head().position, Reader(log.conninfo, projections())
    try:
        until(lambda: reader.position() >= wanted, f"position {wanted} is reflected", seconds)
    finally:
        reader.close()


def emptied(connection: Connection[DictRow], log: Log, model: Model) -> None:
    """Empty a read model; it is to be made of what was published, from the beginning of every partition."""
    source = LogFeed(log).source
    way = f"kafka {read_relay_state(connection, str(source)).topic_id}"
    prepare(connection)
    for version in versions_of(connection, [model.projection]):
        discard(connection, version.model)
    begin(connection, [model])
    index(connection, model)
    change(connection, model, "active")
    from_the_start = dict.fromkeys(range(PARTITIONS), 0)
    begin_progress(connection, [model.name], source, way, from_the_start, Reflected(0, None))
