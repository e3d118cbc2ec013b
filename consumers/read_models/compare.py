"""Comparing two buildings of a read model: where both know a stream up to the same version, rows must be equal."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed

from consumers.read_models.tables import Model

MOST_SHOWN = 20


class Difference(NamedTuple):
    """A row that isn't the same in both: its stream, its key, and what each has in the columns that differ."""

    stream: str
    key: dict[str, Any]
    one: dict[str, Any] | None
    other: dict[str, Any] | None


@dataclass(frozen=True)
class Comparison:
    """How many streams were compared, how many stand at another version or in one alone, and what isn't the same."""

    one: Model
    other: Model
    compared: int
    left_out: int
    streams: int
    first: list[Difference]

    @property
    def equal(self) -> bool:
        return not self.streams


def compare(connection: Connection[DictRow], one: Model, other: Model) -> Comparison:
    """Compare them as of one moment; `streams` counts those that differ, `first` shows where."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        counted = connection.execute(_named(_COUNTED, one, other)).fetchone()
        found = connection.execute(_named(_DIFFERING, one, other), (MOST_SHOWN,)).fetchall()
    assert counted, "an aggregate has a row"
    streams = found[0]["streams"] if found else 0
    return Comparison(one, other, counted["compared"], counted["left_out"], streams, _paired(one, found))


def _paired(model: Model, found: list[DictRow]) -> list[Difference]:
    pairs: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in found:
        pairs[tuple(row["row"][name] for name in model.key)][row["side"]] = row["row"]
    return [
        Difference(
            key[0],
            dict(zip(model.projection.key, key[1:], strict=True)),
            _changed(pair.get("one"), pair.get("other")),
            _changed(pair.get("other"), pair.get("one")),
        )
        for key, pair in pairs.items()
    ]


def _changed(row: dict[str, Any] | None, beside: dict[str, Any] | None) -> dict[str, Any] | None:
    """The columns in which a row is another than the one beside it."""
    if row is None or beside is None:
        return row
    return {name: value for name, value in row.items() if value != beside[name]}


def _named(statement: LiteralString, one: Model, other: Model) -> Composed:
    return SQL(statement).format(one=one.rows, other=other.rows, ones=one.streams, others=other.streams)


_COUNTED: LiteralString = """
    SELECT count(*) FILTER (WHERE a.version = b.version) AS compared,
        count(*) FILTER (WHERE a.version IS DISTINCT FROM b.version) AS left_out
    FROM {ones} AS a FULL JOIN {others} AS b USING (stream)
    """
_DIFFERING: LiteralString = """
    WITH same AS (SELECT stream FROM {ones} AS a JOIN {others} AS b USING (stream) WHERE a.version = b.version),
    a AS (SELECT r.* FROM {one} AS r JOIN same USING (stream)),
    b AS (SELECT r.* FROM {other} AS r JOIN same USING (stream)),
    differing AS (
        SELECT stream, 'one' AS side, to_jsonb(x) AS row FROM (SELECT * FROM a EXCEPT SELECT * FROM b) AS x
        UNION ALL
        SELECT stream, 'other', to_jsonb(x) FROM (SELECT * FROM b EXCEPT SELECT * FROM a) AS x
    )
    SELECT side, row, (SELECT count(DISTINCT stream) FROM differing) AS streams
    FROM differing ORDER BY stream, row, side LIMIT %s
    """
