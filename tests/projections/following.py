"""Following a history with a read model, as a store would: rows and memory put away and taken out again at will."""

from collections.abc import Collection, Iterable
from typing import Any

import orjson

from domain.event import Event, Recorded
from projections.projection import Key, Projection, Row, Rows
from tests.conftest import Act, history


def followed(projection: Projection, told: Iterable[Recorded], stored_after: Collection[int] = ()) -> dict[Key, Row]:
    """The rows that these events make, stored and read again after each of these versions."""
    rows, appended = Rows(projection), dict[Key, Row]()
    for recorded in told:
        if not projection.covers(recorded.stream):
            continue
        rows.version, rows.position = recorded.version, 100 + recorded.version
        projection.fold(rows, recorded)
        if recorded.version in stored_after:
            appended |= dict(rows.items()) if projection.appends else {}
            rows = stored(projection, rows)
    return appended | dict(rows.items())


def stored(projection: Projection, rows: Rows) -> Rows:
    """What is read again of what was stored: JSON as JSON has it, rows in whatever order, none of one that appends."""
    memory = orjson.loads(orjson.dumps(rows.memory))
    kept = {} if projection.appends else {key: _stored(projection, row) for key, row in reversed(list(rows.items()))}
    return Rows(projection, kept, **memory)


def _stored(projection: Projection, row: Row) -> dict[str, Any]:
    types = projection.columns
    return {
        name: orjson.loads(orjson.dumps(value)) if types.get(name) == "jsonb" else value for name, value in row.items()
    }


def rows_after(projection: Projection, *acts: Event | Act, policy: str | None = "default/1") -> dict[Key, Row]:
    """The rows after these events."""
    return followed(projection, history(*acts, policy=policy))
