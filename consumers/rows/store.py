"""The store: reads what a projector has folded so far, and writes what it changed, once, behind a fence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

import orjson
from psycopg import Connection, Cursor
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Json

from consumers.feed import Odd, Place
from consumers.rows.models import CHANNEL, Model
from consumers.rows.progress import Progress
from projections.projection import Rows


class Fenced(Exception):
    """Somebody else has written meanwhile; nothing of this was."""


class Parked(NamedTuple):
    """A stream that a model leaves out from this event on, and why."""

    model: str
    stream: str
    version: int
    position: int
    kind: str
    why: str


@dataclass
class Followed:
    """What a model has made of one stream: up to which version, which is also stored or not yet, and by which event."""

    rows: Rows
    version: int = 0
    stored: int = 0
    last: str = ""


class Moved(NamedTuple):
    """How far a model had heard a place, and how far it has now."""

    model: str
    place: Place
    was: int
    progress: Progress


class Taken(NamedTuple):
    """What was taken in at once: what each model makes of it, whom that parks, and what stands apart at which place.

    `held` are parked streams of a model, of which nothing was taken in.
    """

    changes: Mapping[Model, Mapping[str, Followed]]
    moved: Sequence[Moved]
    parked: Sequence[Parked] = ()
    held: Sequence[tuple[str, str]] = ()
    odd: Sequence[tuple[Place, Odd]] = ()


def parked_in(connection: Connection[DictRow]) -> list[Parked]:
    found = connection.execute("SELECT model, stream, version, position, kind, why FROM models.parked ORDER BY 1, 2")
    return [Parked(**row) for row in found]


def load(connection: Connection[DictRow], model: Model, streams: Iterable[str]) -> dict[str, Followed]:
    """What the model has made of these streams so far; fresh ones included."""
    found = {stream: Followed(Rows(model.projection)) for stream in streams}
    asked = list(found)
    known = connection.execute(SQL("SELECT * FROM {} WHERE stream = ANY(%s)").format(model.streams), (asked,))
    for row in known:
        memory: dict[str, Any] = row["memory"] or {}
        found[row["stream"]] = Followed(Rows(model.projection, **memory), row["version"], row["version"], row["last"])
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


class Writing:
    """One transaction: what was changed in each model, whom it parks, and how far it now has heard its places."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection
        self._expected: list[tuple[Cursor[DictRow], int]] = []

    def change(self, model: Model, followed: Mapping[str, Followed]) -> None:
        """Write the changed rows of these streams, where no other has written any of the streams meanwhile."""
        streams = [stream_row(stream, one) for stream, one in followed.items() if one.version > one.stored]
        if streams:
            self._run(_follow(model), streams, len(streams))
        rows = [row for stream, one in followed.items() for row in changed_rows(stream, one.rows)]
        if rows:
            self._run(_upsert(model), rows)

    def park(self, parked: Sequence[Parked]) -> None:
        if parked:
            self._run(SQL(_PARK), [one._asdict() for one in parked])

    def demand_parked(self, held: Sequence[tuple[str, str]]) -> None:
        """What was left out must be parked still, until this is written."""
        if held:
            self._run(SQL(_HOLD), [{"model": model, "stream": stream} for model, stream in held], len(held))

    def keep_apart(self, odd: Sequence[tuple[Place, Odd]]) -> None:
        if odd:
            rows = [{**place._asdict(), "offset": one.position, "why": one.why} for place, one in odd]
            self._run(SQL(_KEEP_APART), rows)

    def move(self, moved: Sequence[Moved]) -> None:
        """From which position of a place each model has come to which; told to whoever waits for it."""
        rows = [{"model": one.model, **one.place._asdict(), "was": one.was, **one.progress._asdict()} for one in moved]
        self._run(SQL(_MOVE), rows, len(rows))
        self._connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _run(self, statement: SQL | Composed, rows: Sequence[object], expected: int | None = None) -> None:
        cursor = self._connection.cursor()
        cursor.execute(statement, (Json(rows, orjson.dumps),))
        if expected is not None:
            self._expected.append((cursor, expected))

    def demand_all(self) -> None:
        """Raise `Fenced` unless everything was found as it was expected."""
        if any(cursor.rowcount != expected for cursor, expected in self._expected):
            raise Fenced("another projector has written the same read models meanwhile")


def write(connection: Connection[DictRow], taken: Taken) -> None:
    """Write all of this or nothing. Raises `Fenced` where somebody else was faster."""
    try:
        with connection.transaction():
            writing = Writing(connection)
            with connection.pipeline():
                writing.move(taken.moved)
                for model, followed in taken.changes.items():
                    writing.change(model, followed)
                writing.park(taken.parked)
                writing.demand_parked(taken.held)
                writing.keep_apart(taken.odd)
            writing.demand_all()
    except UniqueViolation as error:
        raise Fenced("another projector has written the same stream first") from error
    for followed in taken.changes.values():
        for one in followed.values():
            one.stored = one.version


def stream_row(stream: str, one: Followed) -> dict[str, Any]:
    return {
        "stream": stream,
        "version": one.version,
        "was": one.stored,
        "last": one.last,
        "memory": one.rows.memory or None,
    }


def changed_rows(stream: str, rows: Rows) -> list[dict[str, Any]]:
    return [{"stream": stream, **rows[key]} for key in rows.changed]


_MOVE: LiteralString = """
    WITH new AS (SELECT * FROM json_to_recordset(%s::json) AS n(
        model text, way text, partition int, was bigint, position bigint, reflected bigint, at timestamptz))
    UPDATE models.progress AS p
    SET position = new.position, reflected = new.reflected, at = coalesce(new.at, p.at), moved_at = now()
    FROM new WHERE (p.model, p.way, p.partition, p.position) = (new.model, new.way, new.partition, new.was)
    """
_PARK: LiteralString = """
    INSERT INTO models.parked (model, stream, version, position, kind, why)
    SELECT model, stream, version, position, kind, why FROM json_populate_recordset(NULL::models.parked, %s::json)
    ON CONFLICT DO NOTHING
    """
_HOLD: LiteralString = """
    SELECT FROM models.parked AS p JOIN json_to_recordset(%s::json) AS n(model text, stream text) USING (model, stream)
    FOR SHARE OF p
    """
_KEEP_APART: LiteralString = """
    INSERT INTO models.quarantined (way, partition, "offset", why)
    SELECT way, partition, "offset", why FROM json_populate_recordset(NULL::models.quarantined, %s::json)
    ON CONFLICT DO NOTHING
    """
_FOLLOW: LiteralString = """
    MERGE INTO {streams} AS s
    USING json_to_recordset(%s::json) AS n(stream text, version bigint, was bigint, last text, memory jsonb)
    ON s.stream = n.stream
    WHEN MATCHED AND s.version = n.was THEN UPDATE SET version = n.version, last = n.last, memory = n.memory
    WHEN NOT MATCHED AND n.was = 0 THEN INSERT VALUES (n.stream, n.version, n.last, n.memory)
    """
_UPSERT: LiteralString = """
    INSERT INTO {rows} SELECT * FROM json_populate_recordset(NULL::{rows}, %s::json)
    ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ROW ({values})
    """


def _follow(model: Model) -> Composed:
    return SQL(_FOLLOW).format(streams=model.streams)


def _upsert(model: Model) -> Composed:
    others = [name for name in model.columns if name not in model.key]
    return SQL(_UPSERT).format(
        rows=model.rows,
        key=SQL(", ").join(map(Identifier, model.key)),
        columns=SQL(", ").join(map(Identifier, others)),
        values=SQL(", ").join(Identifier("excluded", name) for name in others),
    )
