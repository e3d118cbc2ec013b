"""The store: what a projector has folded so far, as it is read, and what it makes of it, as it is to be written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL

from consumers.event_log import InvalidRecord, TransportPartition
from consumers.read_models.checkpoint import Progress
from consumers.read_models.tables import Model
from projections.projection import Rows


class ParkedStream(NamedTuple):
    """A stream that a model leaves out from this event on, and why."""

    model: str
    stream: str
    version: int
    position: int
    kind: str
    why: str


@dataclass
class StreamState:
    """What a model has made of one stream: up to which version, which is also stored or not yet, and by which event."""

    rows: Rows
    version: int = 0
    stored: int = 0
    last: str = ""


class Moved(NamedTuple):
    """How far a model had heard a place, and how far it has now."""

    model: str
    place: TransportPartition
    was: int
    progress: Progress


class AppliedBatch(NamedTuple):
    """What was taken in at once: what each model makes of it, whom that parks, and what stands apart at which place.

    `held` are parked streams of a model, of which nothing was taken in.
    """

    changes: Mapping[Model, Mapping[str, StreamState]]
    moved: Sequence[Moved]
    parked: Sequence[ParkedStream] = ()
    held: Sequence[tuple[str, str]] = ()
    invalid: Sequence[tuple[TransportPartition, InvalidRecord]] = ()


def parked_in(connection: Connection[DictRow]) -> list[ParkedStream]:
    found = connection.execute("SELECT model, stream, version, position, kind, why FROM models.parked ORDER BY 1, 2")
    return [ParkedStream(**row) for row in found]


def load(connection: Connection[DictRow], model: Model, streams: Iterable[str]) -> dict[str, StreamState]:
    """What the model has made of these streams so far; fresh ones included."""
    found = {stream: StreamState(Rows(model.projection)) for stream in streams}
    asked = list(found)
    known = connection.execute(SQL("SELECT * FROM {} WHERE stream = ANY(%s)").format(model.streams), (asked,))
    for row in known:
        memory: dict[str, Any] = row["memory"] or {}
        found[row["stream"]] = StreamState(
            Rows(model.projection, **memory), row["version"], row["version"], row["last"]
        )
    if model.projection.appends:
        return found
    kept: dict[str, dict[Any, DictRow]] = {}
    stored = connection.execute(SQL("SELECT * FROM {} WHERE stream = ANY(%s)").format(model.rows), (asked,))
    for row in stored:
        key = tuple(row[name] for name in model.projection.key)
        kept.setdefault(row.pop("stream"), {})[key] = row
    for stream, rows_of_stream in kept.items():
        found[stream].rows = Rows(model.projection, rows_of_stream, **found[stream].rows.memory)
    return found


def stream_row(stream: str, one: StreamState) -> dict[str, Any]:
    return {
        "stream": stream,
        "version": one.version,
        "was": one.stored,
        "last": one.last,
        "memory": one.rows.memory or None,
    }


def changed_rows(stream: str, rows: Rows) -> list[dict[str, Any]]:
    return [{"stream": stream, **rows[key]} for key in rows.changed]
