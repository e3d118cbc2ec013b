"""The ways in which events reach the read models; every one of them passes the same tests."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from consumers.carrying.brokers import Brokers
from consumers.projecting.following import Following
from consumers.projecting.group import member_of
from consumers.projecting.projector import Projector
from consumers.rows.reader import Reader
from milepost.following import LogFeed
from milepost.log import Log
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
    brokers: Brokers

    @contextmanager
    def running(self, each: int = 1) -> Generator[None]:
        feed = LogFeed(self.log)
        members = [
            member_of(self.log.conninfo, feed.source, feed, self.brokers, projection)
            for projection in projections()
            for _ in range(each)
        ]
        with running(relay_of(self.log, self.brokers).run, *(member.run for member in members)):
            yield


def wait_until_reflected(log: Log, position: int | None = None, seconds: float = 60) -> None:
    """Wait until every read model reflects a position, or the head of the log."""
    wanted, reader = position or log.head().position, Reader(log.conninfo, projections())
    try:
        until(lambda: reader.position() >= wanted, f"position {wanted} is reflected", seconds)
    finally:
        reader.close()
