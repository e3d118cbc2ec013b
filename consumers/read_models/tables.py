"""The tables of read models, in the schema `models`. They are created where they are missing, and never altered.

All rows follow from the log. A projection whose columns change gets another `version`, so it is built into tables of
its own beside those that serve. A table is dropped only by `promote` and where an unfinished build begins anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import orjson
from psycopg import Connection
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg.sql import SQL, Composed, Identifier, Literal
from psycopg.types.json import set_json_loads

from consumers.event_log import ConsumerStopped
from projections.projection import Projection

CHANNEL = "milepost_models"
_ONE_AT_A_TIME = 0x6D6F6465
_COMMON = """
    CREATE TABLE IF NOT EXISTS models.versions (
        model text NOT NULL, number int NOT NULL, state text NOT NULL, since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (model, number)
    );
    CREATE UNIQUE INDEX IF NOT EXISTS versions_active ON models.versions (model) WHERE state = 'active';
    CREATE TABLE IF NOT EXISTS models.progress (
        model text NOT NULL, log text NOT NULL, transport text NOT NULL, partition int NOT NULL,
        position bigint NOT NULL, reflected bigint NOT NULL, at timestamptz,
        moved_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (model, transport, partition)
    );
    COMMENT ON TABLE models.progress IS 'How far each read model has heard the log, or each partition of the topic.';
    CREATE TABLE IF NOT EXISTS models.builds (
        model text NOT NULL, part int NOT NULL, log text NOT NULL, until bigint NOT NULL, recorded_at timestamptz,
        events bigint NOT NULL DEFAULT 0, stream text NOT NULL, version bigint NOT NULL DEFAULT 0,
        before_stream text, PRIMARY KEY (model, part)
    );
    COMMENT ON TABLE models.builds IS 'Builds that are under way: each range of the streams, and how far it is.';
    CREATE TABLE IF NOT EXISTS models.parked (
        model text NOT NULL, stream text NOT NULL, version bigint NOT NULL, position bigint NOT NULL,
        kind text NOT NULL, why text NOT NULL, parked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (model, stream)
    );
    COMMENT ON TABLE models.parked IS 'Streams that a read model leaves out since an event that it can''t tell of.';
    CREATE TABLE IF NOT EXISTS models.quarantined (
        transport text NOT NULL, partition int NOT NULL, "offset" bigint NOT NULL, why text NOT NULL,
        found_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (transport, partition, "offset")
    );
    COMMENT ON TABLE models.quarantined IS 'Records of the topic that are no events of this log; never applied.';
    """


STREAM_COLUMNS: dict[str, LiteralString] = {"stream": "text", "version": "bigint", "last": "text", "memory": "jsonb"}
"""The columns of the table of a model's streams: how far each is applied, by which event, and the fold's memory."""
_REVISION = hashlib.sha256(_COMMON.encode()).hexdigest()[:16]
_NOTE_REVISION = SQL("COMMENT ON TABLE models.versions IS {}").format(Literal(f"Tables of revision {_REVISION}."))
_READ_REVISION = """
    SELECT obj_description(oid, 'pg_class') AS revision FROM pg_class WHERE oid = to_regclass('models.versions')
    """


class OtherRelease(ConsumerStopped):
    """The schema `models` has tables of another release. Nothing drops them but an operator."""


@dataclass(frozen=True)
class Model:
    """One version of a read model: a table of its rows, and one of the streams that are applied to them."""

    projection: Projection
    number: int = 1

    @property
    def name(self) -> str:
        return f"{self.projection.table}_{self.number}"

    @property
    def rows(self) -> Identifier:
        return Identifier("models", self.name)

    @property
    def streams(self) -> Identifier:
        return Identifier("models", f"{self.name}_streams")

    @property
    def key(self) -> tuple[str, ...]:
        return ("stream", *self.projection.key)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.column_types)

    @property
    def column_types(self) -> Mapping[str, LiteralString]:
        """The columns of the rows with their SQL types; `version` is also a key of some projections."""
        first: dict[str, LiteralString] = {"stream": "text", "version": "bigint"}
        return first | dict(self.projection.columns)


def connect(conninfo: str) -> Connection[DictRow]:
    """Connect to the database of the models: rows are dicts, times are in UTC, each statement is a transaction."""
    connection: Connection[DictRow] = Connection[DictRow].connect(
        conninfo, autocommit=True, connect_timeout=5, row_factory=dict_row, options="-c timezone=UTC"
    )
    set_json_loads(orjson.loads, connection)
    return connection


def one_at_a_time(connection: Connection[Any]) -> None:
    """Be the only one who makes tables until this transaction ends; first of all, as others wait in the same order."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))


def prepare(connection: Connection[Any], models: Iterable[Model] = ()) -> None:
    """Create the tables that are missing; programs may do so at the same time. Raises `OtherRelease`."""
    with connection.transaction():
        one_at_a_time(connection)
        _create_common(connection)
        for model in models:
            connection.execute(_create(model.streams, STREAM_COLUMNS))
            connection.execute(_create(model.rows, model.column_types))


def _create_common(connection: Connection[Any]) -> None:
    found = connection.cursor(row_factory=tuple_row).execute(_READ_REVISION).fetchone()
    if found is None:
        connection.execute(_COMMON)
        connection.execute(_NOTE_REVISION)
    elif _REVISION not in (found[0] or ""):
        raise OtherRelease(
            "the tables of the schema models are of another release: use that one, or let an operator drop the schema "
            "and run `milepost migrate`, so that the read models are built again from the log"
        )


def _create(table: Identifier, columns: Mapping[str, LiteralString]) -> Composed:
    defined = [SQL("{} {}").format(Identifier(name), SQL(sql_type)) for name, sql_type in columns.items()]
    return SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(table, SQL(", ").join(defined))


def index(connection: Connection[Any], model: Model) -> None:
    """Create the keys and indexes of a model; after its rows were copied that is faster than before."""
    for name, table, columns in (("streams_key", model.streams, ("stream",)), ("key", model.rows, model.key)):
        key = SQL(", ").join(map(Identifier, columns))
        unique = Identifier(f"{model.name}_{name}")
        connection.execute(SQL("CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({})").format(unique, table, key))
    for name in model.projection.indexed:
        named = Identifier(f"{model.name}_{name}")
        connection.execute(SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(named, model.rows, Identifier(name)))
    connection.execute(SQL("ANALYZE {}, {}").format(model.streams, model.rows))
