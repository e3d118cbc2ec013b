"""Liveness: how far read models are behind the head of the log, and for how long they haven't moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.feed import Feed
from consumers.models import Model
from consumers.progress import Reflected, reflected
from domain.codec import Unreadable, decode


@dataclass(frozen=True)
class Liveness:
    """How far behind the head of the log read models are, in events and seconds, and how long they have been stuck."""

    position: int
    head: int
    seconds_behind: float
    seconds_stuck: float
    parked: int
    stopped: str | None = None

    @property
    def events_behind(self) -> int:
        return max(0, self.head - self.position)


def liveness(
    connection: Connection[DictRow], models: Iterable[Model], feed: Feed, stopped: str | None = None
) -> Liveness:
    """How it goes. Raises `psycopg.Error` where the log or the read models can't say."""
    names = [model.name for model in models]
    known = reflected(connection, names)
    reached = min(known.values(), key=lambda one: one.position, default=Reflected(0, None))
    head = feed.head()
    row = connection.execute(_PULSE, (names, names)).fetchone()
    now, moved, parked = (row["now"], row["moved"], row["parked"]) if row else (None, None, 0)
    behind = stuck = 0.0
    if reached.position < head.position:
        behind = _seconds(head.recorded_at, reached.at)
        waits = _recorded_at(feed, reached.position)
        stuck = min(_seconds(now, moved), _seconds(now, waits))
    return Liveness(reached.position, head.position, behind, stuck, parked, stopped)


def _seconds(later: datetime | None, earlier: datetime | None) -> float:
    return (later - earlier).total_seconds() if later and earlier else 0.0


def _recorded_at(feed: Feed, position: int) -> datetime | None:
    """When the event behind a position was written; None where it can't be read, or is gone."""
    events = feed.read(position, 1).events
    try:
        return decode(events[0].data).recorded_at if events else None
    except Unreadable:
        return None


_PULSE = """
    SELECT now() AS now, (SELECT max(moved_at) FROM models.progress WHERE model = ANY(%s)) AS moved,
        (SELECT count(*) FROM models.parked WHERE model = ANY(%s)) AS parked
    """
