"""A projector that follows a feed step by step."""

from collections.abc import Iterable

from consumers.event_log import LOG
from consumers.read_models.log_follower import Following
from consumers.read_models.projector import Projector
from consumers.read_models.reader import Reader
from consumers.read_models.stall_detector import Liveness
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from projections.projection import Projection


class Follower:
    """A projector that follows a feed, by steps."""

    def __init__(self, log: Log, feed: LogFeed, of: Iterable[Projection] = ()) -> None:
        self.projector = Projector(log.conninfo, feed.source, feed, of or projections())
        self.following = Following(self.projector, feed)
        self._log, self._projections = log, list(of or projections())

    @property
    def position(self) -> int:
        return self.projector.position(LOG.partition)

    def step(self) -> int:
        return self.following.step()

    def close(self) -> None:
        self.projector.close()

    def liveness(self) -> Liveness:
        reader = Reader(self._log.conninfo, self._projections)
        try:
            return reader.liveness(LogFeed(self._log), self.projector.stopped)
        finally:
            reader.close()


def made(log: Log, feed: LogFeed, *of: Projection) -> Follower:
    follower = Follower(log, feed, of)
    follower.following.open()
    return follower


def follow(follower: Follower) -> None:
    while follower.step():
        pass
