"""Writing: what a projector changed, once, behind a fence."""

from collections.abc import Mapping, Sequence
from typing import LiteralString, NamedTuple

import orjson
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Json

from consumers.event_log import InvalidRecord, TransportPartition
from consumers.read_models.stream_state import AppliedBatch, Moved, ParkedStream, StreamState, changed_rows, stream_row
from consumers.read_models.tables import CHANNEL, Model


class Fenced(Exception):
    """Somebody else has written meanwhile; nothing of this was."""


class _Statement(NamedTuple):
    """A statement over rows, which are JSON already, and how many rows it must find, if that is known."""

    sql: SQL | Composed
    rows: bytes
    expected: int | None


class Writing:
    """One transaction: what was changed in each model, whom it parks, and how far it now has heard its places.

    It holds what everything was when it was told to it; what changes later is not in it.
    """

    def __init__(self) -> None:
        self._statements: list[_Statement] = []

    def change(self, model: Model, followed: Mapping[str, StreamState]) -> None:
        """Write the changed rows of these streams, where no other has written any of the streams meanwhile."""
        streams = [stream_row(stream, one) for stream, one in followed.items() if one.version > one.stored]
        self._add(_follow(model), streams, len(streams))
        self._add(_upsert(model), [row for stream, one in followed.items() for row in changed_rows(stream, one.rows)])

    def park(self, parked: Sequence[ParkedStream]) -> None:
        self._add(SQL(_PARK), [one._asdict() for one in parked])

    def demand_parked(self, held: Sequence[tuple[str, str]]) -> None:
        """What was left out must be parked still, until this is written."""
        self._add(SQL(_HOLD), [{"model": model, "stream": stream} for model, stream in held], len(held))

    def keep_apart(self, invalid: Sequence[tuple[TransportPartition, InvalidRecord]]) -> None:
        rows = [{**place._asdict(), "offset": one.position, "why": one.why} for place, one in invalid]
        self._add(SQL(_KEEP_APART), rows)

    def move(self, moved: Sequence[Moved]) -> None:
        """From which position of a place each model has come to which."""
        rows = [{"model": one.model, **one.place._asdict(), "was": one.was, **one.progress._asdict()} for one in moved]
        self._add(SQL(_MOVE), rows, len(rows))

    def _add(self, statement: SQL | Composed, rows: Sequence[object], expected: int | None = None) -> None:
        if rows:
            self._statements.append(_Statement(statement, orjson.dumps(rows), expected))

    def run(self, connection: Connection[DictRow]) -> None:
        """Write all of it or nothing, and tell whoever waits. Raises `Fenced` where somebody else was faster."""
        try:
            with connection.transaction():
                with connection.pipeline():
                    found = [connection.execute(one.sql, (Json(one.rows, bytes),)) for one in self._statements]
                    connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
                expected = [one.expected for one in self._statements]
                if any(n not in (None, cursor.rowcount) for cursor, n in zip(found, expected, strict=True)):
                    raise Fenced("another projector has written the same read models meanwhile")
        except UniqueViolation as error:
            raise Fenced("another projector has written the same stream first") from error


def writing_of(taken: AppliedBatch) -> Writing:
    """What was taken in, as it is to be written."""
    writing = Writing()
    writing.move(taken.moved)
    for model, followed in taken.changes.items():
        writing.change(model, followed)
    writing.park(taken.parked)
    writing.demand_parked(taken.held)
    writing.keep_apart(taken.invalid)
    return writing


_MOVE: LiteralString = """
    WITH new AS (SELECT * FROM json_to_recordset(%s::json) AS n(
        model text, transport text, partition int, was bigint, position bigint, reflected bigint, at timestamptz))
    UPDATE models.progress AS p
    SET position = new.position, reflected = new.reflected, at = coalesce(new.at, p.at), moved_at = now()
    FROM new WHERE (p.model, p.transport, p.partition, p.position) = (new.model, new.transport, new.partition, new.was)
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
    INSERT INTO models.quarantined (transport, partition, "offset", why)
    SELECT transport, partition, "offset", why FROM json_populate_recordset(NULL::models.quarantined, %s::json)
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
