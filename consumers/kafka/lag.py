"""Lag: how far each read model and the relay are behind the head of the log, in events and in seconds."""

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
    """The lag of one version of a read model in one partition (None: in the log itself), or of the relay.

    `position` is that of the last event it has applied; `seconds` is the age of the oldest event that it has not
    applied, 0 if there is none.
    """

    name: str
    state: str
    partition: int | None
    position: int
    events: int
    seconds: float


def read_lags(connection: Connection[DictRow], versions: Iterable[Version], event_log: EventLog) -> list[Lag]:
    """The lag of each of these versions that follows the log, by partition, and of the relay."""
    states = {one.model.name: one.state for one in versions if one.state in FOLLOWED}
    rows = connection.execute(_FOLLOWERS, (list(states), str(event_log.source))).fetchall()
    pending = _PendingEvents(event_log, min((row["position"] for row in rows), default=0))
    return [
        Lag(
            row["name"],
            states.get(row["name"], ""),
            row["partition"],
            row["position"],
            *pending.count_after(row["position"], row["partition"], row["now"]),
        )
        for row in rows
    ]


class _PendingEvents:
    """The events after a position, by partition."""

    def __init__(self, event_log: EventLog, after: int) -> None:
        self._event_log = event_log
        self._positions: list[int] = []
        self._by_partition: dict[int, list[int]] = defaultdict(list)
        for position, stream in event_log.read_stream_names(after):
            self._positions.append(position)
            self._by_partition[partition_of(stream)].append(position)
        self._recorded_at = lru_cache(self._read_recorded_at)

    def count_after(self, position: int, partition: int | None, now: datetime) -> tuple[int, float]:
        """The number of a partition's events after a position, and the age of the first in seconds."""
        positions: Sequence[int] = self._positions if partition is None else self._by_partition[partition]
        first = bisect_right(positions, position)
        if first == len(positions):
            return 0, 0.0
        recorded = self._recorded_at(positions[first])
        return len(positions) - first, max(0.0, (now - recorded).total_seconds()) if recorded else 0.0

    def _read_recorded_at(self, position: int) -> datetime | None:
        """When the event at a position was recorded; None if it can't be read."""
        [event] = self._event_log.read(position - 1, 1).events
        try:
            return decode(event.data).recorded_at
        except Unreadable:
            return None


_FOLLOWERS: LiteralString = """
    SELECT p.model AS name, CASE WHEN p.transport <> 'log' THEN p.partition END AS partition, now() AS now,
        CASE WHEN p.transport <> 'log' AND p.position >= coalesce(s.end_offset, 0)
            THEN greatest(p.reflected, r.position) ELSE p.reflected END AS position
    FROM models.progress AS p
    LEFT JOIN delivery.relay AS r ON r.log = p.log
    LEFT JOIN delivery.partitions AS s ON s.log = p.log AND s.partition = p.partition
    WHERE p.model = ANY(%s)
    UNION ALL
    SELECT 'relay', NULL, now(), position FROM delivery.relay WHERE log = %s
    ORDER BY name, partition
    """
