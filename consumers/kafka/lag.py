"""Lag: for each read model and partition how many events of the log it hasn't taken in, and how old the oldest is."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import EventLog
from consumers.kafka.topic import partition_of
from consumers.read_models.versions import FOLLOWED, Version
from domain.codec import Unreadable, decode


class Lag(NamedTuple):
    """Who is behind: a building of a read model in a partition (None: in the log itself), or the relay.

    `position` is up to where of the log they have all that is theirs; `seconds` is the age of the oldest event that
    they have not, 0 where there is none.
    """

    who: str
    state: str
    partition: int | None
    position: int
    events: int
    seconds: float


def lags(connection: Connection[DictRow], versions: Iterable[Version], event_log: EventLog) -> list[Lag]:
    """How far behind the head of the log everyone is who follows it."""
    states = {one.model.name: one.state for one in versions if one.state in FOLLOWED}
    found = connection.execute(_FOLLOWERS, (list(states), str(event_log.source))).fetchall()
    waiting = _Waiting(event_log, min((row["position"] for row in found), default=0))
    return [
        Lag(row["who"], states.get(row["who"], ""), row["partition"], row["position"], *waiting.behind(**row))
        for row in found
    ]


class _Waiting:
    """The events behind a position, by partition."""

    def __init__(self, event_log: EventLog, after: int) -> None:
        self._event_log = event_log
        self._every: list[int] = []
        self._of: dict[int, list[int]] = defaultdict(list)
        for position, stream in event_log.read_stream_names(after):
            self._every.append(position)
            self._of[partition_of(stream)].append(position)
        self._age = lru_cache(self._recorded_at)

    def behind(self, position: int, partition: int | None, now: datetime, **_: object) -> tuple[int, float]:
        """How many events that are for a partition stand behind a position, and how old the first of them is."""
        theirs: Sequence[int] = self._every if partition is None else self._of[partition]
        first = bisect_right(theirs, position)
        if first == len(theirs):
            return 0, 0.0
        recorded = self._age(theirs[first])
        return len(theirs) - first, max(0.0, (now - recorded).total_seconds()) if recorded else 0.0

    def _recorded_at(self, position: int) -> datetime | None:
        """When the event at a position was written; None where it can't be read."""
        [event] = self._event_log.read(position - 1, 1).events
        try:
            return decode(event.data).recorded_at
        except Unreadable:
            return None


_FOLLOWERS: LiteralString = """
    SELECT p.model AS who, CASE WHEN p.transport <> 'log' THEN p.partition END AS partition, now() AS now,
        CASE WHEN p.transport <> 'log' AND p.position >= coalesce(s.end_offset, 0)
            THEN greatest(p.reflected, r.position) ELSE p.reflected END AS position
    FROM models.progress AS p
    LEFT JOIN delivery.relay AS r ON r.log = p.log
    LEFT JOIN delivery.partitions AS s ON s.log = p.log AND s.partition = p.partition
    WHERE p.model = ANY(%s)
    UNION ALL
    SELECT 'relay', NULL, now(), position FROM delivery.relay WHERE log = %s
    ORDER BY who, partition
    """
