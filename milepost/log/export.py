"""Export: a log as JSON Lines of exactly its stored bytes, ended by a trailer; and the way into another database."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import orjson
from psycopg import Connection, Cursor

from milepost.log.export_trailer import ExportSummary
from milepost.log.sql import ANY_EVENT, EVERY_EVENT, EVERY_OUTCOME
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from milepost.log.verify import Examination, ExportLine

BATCH = 1000


class NotLoaded(Exception):
    """Nothing was loaded. Says at which line, what was expected and what was found."""


def export(log: Log) -> Iterator[bytes]:
    """The lines of the whole log as it is now, in the order of positions, then the trailer."""
    yield from _lines(log, outcomes=False)


def dump(log: Log) -> Iterator[bytes]:
    """The same, and before the trailer what each command was answered: so a repeat is known in the next database."""
    yield from _lines(log, outcomes=True)


def _lines(log: Log, outcomes: bool) -> Iterator[bytes]:
    identity = log.identity()
    tally = ExportSummary(identity.id, identity.name, identity.generation)
    with _snapshot(log) as connection:
        for stored in map(LogEntry._make, _rows(connection, EVERY_EVENT)):
            yield tally.event(stored.stream.partition("-")[0], stored.data)
        for row in _rows(connection, EVERY_OUTCOME) if outcomes else ():
            yield tally.outcome(_outcome_line(*row))
    yield tally.trailer()


@contextmanager
def _snapshot(log: Log) -> Generator[Connection[Any]]:
    """A connection that sees one moment of the log, however long it is read."""
    session = {"default_transaction_isolation": "repeatable\\ read", "default_transaction_read_only": "on"}
    with log.connect(**session) as connection, connection.transaction():
        yield connection


def _rows(connection: Connection[Any], query: LiteralString) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="export", binary=True) as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        yield from cursor


def _outcome_line(actor: str, command: str, digest: bytes, outcome: bytes, position: int) -> bytes:
    fields = {
        "actor": actor,
        "answer": outcome.decode(),
        "command": command,
        "digest": digest.hex(),
        "position": position,
    }
    return orjson.dumps({"outcome": fields}, option=orjson.OPT_SORT_KEYS)


def load(log: Log, lines: Iterable[bytes]) -> Examination:
    """Bring a dumped log into an empty one, each line verified before it is written, all of them or none.

    Raises `NotLoaded` where something is wrong with the file, a newer release wrote it, or a log is here already.
    """
    seen = Examination()
    with log.connect() as connection, connection.cursor(binary=True) as cursor:
        log.store.begin(cursor)
        if cursor.execute(ANY_EVENT).fetchone() is not None:
            raise NotLoaded("there is a log in this database already: load into an empty one")
        for batch in _batches(_sound(seen, lines)):
            _insert(log, cursor, batch)
        if not seen.finish().sound:
            raise NotLoaded(str(seen.findings[0]))
        log.store.commit(cursor)
    return seen


def _sound(seen: Examination, lines: Iterable[bytes]) -> Iterator[ExportLine | dict[str, Any]]:
    for raw in lines:
        line = seen.take(raw)
        if seen.findings:
            raise NotLoaded(str(seen.findings[0]))
        if seen.unknown:
            raise NotLoaded(
                f"line {seen.tally.count}: {next(iter(seen.unknown))} is not known here: upgrade, then load"
            )
        if line is not None:
            yield line


def _batches(lines: Iterator[ExportLine | dict[str, Any]]) -> Iterator[list[ExportLine | dict[str, Any]]]:
    batch: list[ExportLine | dict[str, Any]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _insert(log: Log, cursor: Cursor[Any], batch: list[ExportLine | dict[str, Any]]) -> None:
    events = [
        LogEntry(line.position, line.stream, line.version, line.kind, line.data)
        for line in batch
        if isinstance(line, ExportLine)
    ]
    answers = [
        (o["actor"], o["command"], bytes.fromhex(o["digest"]), o["answer"].encode(), o["position"])
        for o in batch
        if isinstance(o, dict)
    ]
    if events:
        log.store.append(cursor, events)
    if answers:
        log.store.insert_outcomes(cursor, answers)
