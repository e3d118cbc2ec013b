"""Liveness: how far read models are behind the head of the log, and who stands still though there is more for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import EventLog, Head
from consumers.read_models.checkpoint import Reflected, reflected
from consumers.read_models.tables import Model


class Waiting(NamedTuple):
    """Somebody for whom there is more than they have taken in: who that is, and how far they are."""

    who: str
    position: int


@dataclass(frozen=True)
class Liveness:
    """How far behind the head of the log read models are, in events and seconds; who has stood still, and how long."""

    position: int
    head: int
    seconds_behind: float
    parked: int
    stopped: str | None = None
    seconds_stuck: float = 0.0
    stuck: str = ""

    @property
    def events_behind(self) -> int:
        return max(0, self.head - self.position)


class Standstill:
    """Since when each has waited where it waits now, as this process has seen it.

    Who is seen twice at the same position, with more to take in, has stood there all the time between.
    """

    def __init__(self) -> None:
        self._since: dict[Waiting, float] = {}

    def seen(self, waiting: Iterable[Waiting]) -> tuple[float, str]:
        """For how many seconds somebody has stood still by now, and who for the longest."""
        now = monotonic()
        self._since = {one: self._since.get(one, now) for one in waiting}
        longest = min(self._since, key=lambda one: self._since[one], default=None)
        return (now - self._since[longest], longest.who) if longest else (0.0, "")


def liveness(
    connection: Connection[DictRow],
    models: Iterable[Model],
    event_log: EventLog,
    standstill: Standstill,
    stopped: str | None = None,
) -> Liveness:
    """How it goes. Raises `psycopg.Error` where the log or the read models can't say."""
    names = [model.name for model in models]
    known = reflected(connection, names)
    reached = min(known.values(), key=lambda one: one.position, default=Reflected(0, None))
    head = event_log.head()
    parked = connection.execute("SELECT count(*) AS n FROM models.parked WHERE model = ANY(%s)", (names,)).fetchone()
    return Liveness(
        reached.position,
        head.position,
        _seconds(head.recorded_at, reached.at) if reached.position < head.position else 0.0,
        parked["n"] if parked else 0,
        stopped,
        *standstill.seen(waiting(connection, names, str(event_log.source), head)),
    )


def waiting(connection: Connection[DictRow], models: list[str], source: str, head: Head) -> list[Waiting]:
    """Who has more to take in: a read model at one of its places, or the relay at the log."""
    found = connection.execute(_WAITING, (head.position, models, source, head.position))
    return [Waiting(row["who"], row["position"]) for row in found]


def _seconds(later: datetime | None, earlier: datetime | None) -> float:
    return (later - earlier).total_seconds() if later and earlier else 0.0


_WAITING = """
    SELECT CASE WHEN p.transport = 'log' THEN p.model
        ELSE format('%%s in partition %%s', p.model, p.partition) END AS who, p.position
    FROM models.progress AS p
    LEFT JOIN delivery.partitions AS s ON p.transport <> 'log' AND s.log = p.log AND s.partition = p.partition
    WHERE p.position < CASE WHEN p.transport = 'log' THEN %s ELSE coalesce(s.end_offset, 0) END AND p.model = ANY(%s)
    UNION ALL
    SELECT 'the relay', r.position FROM delivery.relay AS r WHERE r.log = %s AND r.position < %s
        AND EXISTS (SELECT FROM models.progress WHERE log = r.log AND transport <> 'log')
    ORDER BY who, position
    """
