"""Progress: how far each read model has heard each place, and which position of the log that makes it reflect.

In the log that is its position. In a topic a read model reflects what all partitions have told it; one that has told
all that was sent to it tells as much as the relay has carried, and one that has told all but what was sent to it last
as much as the relay had carried until then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import LogSource


class Progress(NamedTuple):
    """A place is heard up to `position`; the last event there is at `reflected` in the log, written at a moment."""

    position: int
    reflected: int
    at: datetime | None


class Reflected(NamedTuple):
    """Up to which position of the log a read model tells, and of which moment that is."""

    position: int
    at: datetime | None


def heard(connection: Connection[DictRow], models: Sequence[str], transport: str) -> dict[str, dict[int, Progress]]:
    """How far each of these models has heard the places of a transport, by partition."""
    found: dict[str, dict[int, Progress]] = {}
    for row in connection.execute(
        "SELECT model, partition, position, reflected, at FROM models.progress"
        " WHERE transport = %s AND model = ANY(%s)",
        (transport, list(models)),
    ):
        known = found.setdefault(row["model"], {})
        known[row["partition"]] = Progress(row["position"], row["reflected"], row["at"])
    return found


def made_from(connection: Connection[DictRow], model: str) -> set[str]:
    """The logs that a model was made from."""
    return {row["log"] for row in connection.execute("SELECT log FROM models.progress WHERE model = %s", (model,))}


def reflected(connection: Connection[DictRow], models: Sequence[str]) -> dict[str, Reflected]:
    """What each of these models reflects; one of which nothing is known is left out."""
    found = connection.execute(_REFLECTED, (list(models),))
    return {row["model"]: Reflected(row["position"], row["at"]) for row in found}


def change_over(
    connection: Connection[DictRow], model: str, source: LogSource, transport: str, starts: Mapping[int, int]
) -> None:
    """Hear a model from other places from now on, each from where it starts; what it reflects stays the same."""
    with connection.transaction():
        known = reflected(connection, [model]).get(model, Reflected(0, None))
        connection.execute("DELETE FROM models.progress WHERE model = %s", (model,))
        begin(connection, [model], source, transport, starts, known)


def begin(
    connection: Connection[Any],
    models: Sequence[str],
    source: LogSource,
    transport: str,
    starts: Mapping[int, int],
    known: Reflected,
) -> None:
    """Note where the models begin to hear each place."""
    connection.cursor().executemany(
        "INSERT INTO models.progress (model, log, transport, partition, position, reflected, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            (model, str(source), transport, partition, start, known.position, known.at)
            for model in models
            for partition, start in starts.items()
        ],
    )


_REFLECTED = """
    SELECT DISTINCT ON (model) model, position, at FROM (
        SELECT p.model, CASE WHEN told.position > p.reflected THEN told.position ELSE p.reflected END AS position,
            CASE WHEN told.position > p.reflected THEN told.at ELSE p.at END AS at
        FROM models.progress AS p LEFT JOIN LATERAL (
            SELECT r.position, r.recorded_at AS at FROM delivery.relay AS r
            LEFT JOIN delivery.partitions AS s ON s.log = r.log AND s.partition = p.partition
            WHERE r.log = p.log AND p.transport <> 'log' AND p.position >= coalesce(s.end_offset, 0)
            UNION ALL
            SELECT s.previous_position, s.previous_recorded_at FROM delivery.partitions AS s
            WHERE s.log = p.log AND p.transport <> 'log' AND s.partition = p.partition
                AND p.position < s.end_offset AND p.position >= s.previous_end_offset
        ) AS told ON true
        WHERE p.model = ANY(%s)
    ) AS place ORDER BY model, position, at
    """
