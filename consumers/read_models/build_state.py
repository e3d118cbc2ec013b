"""How far a build of read models is, as it is kept in `models.builds`: one row per model and range of the streams."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import Head, LogSource
from consumers.read_models.tables import Model


@dataclass(frozen=True)
class BuildState:
    """What is built up to which position of the log, and how far one range of the streams is.

    `last` is the stream and version that was written last, in the order of streams. The range ends before the stream
    `before`, or with the last stream of all where that is None. `part` is the number of the range, from 0.
    """

    models: list[Model]
    until: int
    events: int
    last: tuple[str, int]
    before: str | None = None
    part: int = 0

    @property
    def names(self) -> list[str]:
        return [model.name for model in self.models]


def insert_states(
    connection: Connection[DictRow], models: Iterable[Model], source: LogSource, head: Head, bounds: Sequence[str]
) -> None:
    """Begin a build of these models up to the head of the log: a range begins at each bound, and one before them."""
    starts, ends = ["", *bounds], [*bounds, None]
    rows = [
        (model.name, part, str(source), head.position, head.recorded_at, start, end)
        for model in models
        for part, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    connection.cursor().executemany(_INSERT, rows)


def read_states(connection: Connection[DictRow], models: list[Model], source: LogSource) -> list[BuildState]:
    """The ranges of a build of exactly these models from this log; empty where there is none."""
    names = [model.name for model in models]
    found = connection.execute(_SELECT, (names,)).fetchall()
    if not found or any(row["models"] != len(models) or row["log"] != str(source) for row in found):
        return []
    return [
        BuildState(
            models, row["until"], row["events"], (row["stream"], row["version"]), row["before_stream"], row["part"]
        )
        for row in found
    ]


def count_events(connection: Connection[DictRow], model: Model) -> int:
    """How many events all ranges of a build have written."""
    row = connection.execute(
        "SELECT coalesce(sum(events), 0)::bigint AS events FROM models.builds WHERE model = %s", (model.name,)
    ).fetchone()
    return int(row["events"]) if row else 0


def advance_state(
    connection: Connection[DictRow], state: BuildState, after: tuple[str, int], last: tuple[str, int], events: int
) -> bool:
    """Note how far a range is; False where it isn't at `after`, as another program has built it."""
    moved = connection.execute(_ADVANCE, (*last, events, state.names, state.part, state.until, *after))
    return moved.rowcount == len(state.models)


def delete_states(connection: Connection[DictRow], state: BuildState) -> datetime | None:
    """End a build; when the last event that it contains was recorded, if that is known."""
    query = "DELETE FROM models.builds WHERE model = ANY(%s) RETURNING recorded_at"
    row = connection.execute(query, (state.names,)).fetchone()
    return row["recorded_at"] if row else None


_INSERT: LiteralString = """
    INSERT INTO models.builds (model, part, log, until, recorded_at, stream, before_stream)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    """
_SELECT: LiteralString = """
    SELECT part, log, until, events, stream, version, before_stream, count(*) AS models FROM models.builds
    WHERE model = ANY(%s) GROUP BY part, log, until, events, stream, version, before_stream ORDER BY part
    """
_ADVANCE: LiteralString = """
    UPDATE models.builds SET stream = %s, version = %s, events = %s
    WHERE model = ANY(%s) AND (part, until, stream, version) = (%s, %s, %s, %s)
    """
