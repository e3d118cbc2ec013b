"""Writing the rows of whole streams into the tables of read models by COPY."""

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, LiteralString

import orjson
from psycopg import Cursor
from psycopg.sql import SQL, Identifier
from psycopg.types.json import set_json_dumps

from consumers.read_models.stream_state import StreamState
from consumers.read_models.tables import STREAM_COLUMNS, Model
from projections.projection import Row

_COPY: LiteralString = "COPY {} ({}) FROM STDIN (FORMAT BINARY)"
Values = tuple[Any, ...]


class CopiedStreams:
    """The final states of streams in one read model, as rows of its two tables."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._values: Callable[[Row], Values] = itemgetter(*model.columns[1:])
        self._streams: list[Values] = []
        self._rows: list[Values] = []

    def add(self, stream: str, state: StreamState) -> None:
        """Add a stream that was applied from its first event on."""
        self._streams.append((stream, state.version, state.last, state.rows.memory or None))
        values, rows = self._values, state.rows
        self._rows += [(stream, *values(rows[key])) for key in rows.changed]

    def copy(self, cursor: Cursor[Any]) -> None:
        """Copy all of it into the model's tables. Raises `psycopg.Error`."""
        set_json_dumps(orjson.dumps, cursor)
        _copy(cursor, self._model.streams, STREAM_COLUMNS, self._streams)
        _copy(cursor, self._model.rows, self._model.column_types, self._rows)


def _copy(cursor: Cursor[Any], table: Identifier, types: Mapping[str, LiteralString], rows: Iterable[Values]) -> None:
    columns = SQL(", ").join(map(Identifier, types))
    with cursor.copy(SQL(_COPY).format(table, columns)) as copy:
        copy.set_types(list(types.values()))
        write = copy.write_row
        for row in rows:
            write(row)
