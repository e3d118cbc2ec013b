"""Gauges: what is measured of those who follow the log, as it stands now."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import EventLog
from consumers.read_models.overview import overview
from projections.projection import Projection


class Gauge(NamedTuple):
    """One measured value: its name, its labels' values in order, and how much it is."""

    name: str
    labels: tuple[str, ...]
    value: float


def gauges(connection: Connection[DictRow], projections: Iterable[Projection], event_log: EventLog) -> Iterator[Gauge]:
    """Every value. Raises `psycopg.Error` where nobody can say."""
    head = event_log.head()
    yield Gauge("log_position", (), head.position)
    for one in overview(connection, projections):
        if one.state == "active":
            named, behind = (one.projection,), max(0, head.position - one.position)
            yield Gauge("projection_position", named, one.position)
            yield Gauge("projection_events_behind", named, behind)
            yield Gauge("projection_seconds_behind", named, _seconds(head.recorded_at, one.at) if behind else 0)
            yield Gauge("projection_parked_streams", named, one.parked)
    yield from _carried(connection, str(event_log.source))


def _carried(connection: Connection[DictRow], source: str) -> Iterator[Gauge]:
    for row in connection.execute(_RELAY, (source,)):
        yield from (Gauge(f"relay_{name}", (), float(value)) for name, value in row.items())
    for row in connection.execute(_BEHIND, (source,)):
        yield Gauge("partition_records_behind", (row["model"], str(row["partition"])), row["behind"])
    for row in connection.execute("SELECT count(*) AS n FROM models.quarantined"):
        yield Gauge("quarantined_records", (), row["n"])


def _seconds(later: datetime | None, earlier: datetime | None) -> float:
    return (later - earlier).total_seconds() if later and earlier else 0.0


_RELAY = """
    SELECT position, epoch, CASE WHEN expires_at > now() THEN 1 ELSE 0 END AS active,
        (SELECT count(*) FROM delivery.parked_streams AS p WHERE p.log = r.log) AS parked_streams
    FROM delivery.relay AS r WHERE log = %s
    """
_BEHIND = """
    SELECT p.model, p.partition, greatest(0, coalesce(s.end_offset, 0) - p.position) AS behind
    FROM models.progress AS p LEFT JOIN delivery.partitions AS s ON s.log = p.log AND s.partition = p.partition
    WHERE p.log = %s AND p.transport <> 'log' ORDER BY 1, 2
    """
