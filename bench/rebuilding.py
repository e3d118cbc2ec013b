"""Rebuilding: all read models from the log, beside a library that writes row by row, and beside copying the rows."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any, cast
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Composed, Identifier

from bench.ground import LONG_LOG, Ground
from bench.timing import in_turn, judged, medians, seconds, times
from consumers.read_models.parallel_build import Task, rebuild_in_parallel
from consumers.read_models.tables import Model, connect
from consumers.read_models.versions import versions_of
from milepost.log.event_feed import LogFeed, open_event_log
from projections import projections
from tests.milepost.logs import Database

SAMPLE, ROUNDS = 5_000, 2
TEXT = "The old store can't be read while mail is moved." * 6
"""As much as an event of ours holds."""

ROWS = SQL("CREATE TABLE IF NOT EXISTS note_rows (id text, version int, body text)")


class Note(Aggregate):
    """A thing of the library's own that is written upon."""

    @event("Noted")
    def note(self, text: str) -> None:
        self.text = text


class Notes(Application[UUID]):
    """The library's log of them."""


class NoteRows(PostgresTrackingRecorder):
    """A row an event, in one transaction with how far that is, as the library shows it."""

    def __init__(self, datastore: PostgresDatastore, **named: Any) -> None:
        super().__init__(datastore, **named)
        self.sql_create_statements.append(Composed([ROWS]))

    def add(self, noted: Any, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            row = (str(noted.originator_id), noted.originator_version, getattr(noted, "text", ""))
            cursor.execute("INSERT INTO note_rows VALUES (%s, %s, %s)", row, prepare=True)


class NoteProjection(Projection[NoteRows]):
    """As the library shows it: what to do about an event is dispatched by its class."""

    name = "note_rows"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.add(domain_event, tracking)


def rebuilding(ground: Ground) -> dict[str, Any]:
    """Events a second that become rows when all read models are built anew from 200,000 events by both cores.

    That is what `milepost projections rebuild` does. Beside the library's ProjectionRunner writing one row an event,
    over a sample of 5,000, and beside a bare COPY of the very rows that the read models have.
    """
    database, events = ground.database(LONG_LOG), ground.size(LONG_LOG)
    rows: dict[str, int] = {}
    with ground.log(LONG_LOG) as log:
        names = tuple(projection.name for projection in projections())
        task = Task(log.conninfo, LogFeed(log).source, partial(open_event_log, log.conninfo), names)

        def ours() -> float:
            return events / seconds(lambda: rebuild_in_parallel(task, os.cpu_count() or 1, promoted=True))

        ways = {
            "milepost": ours,
            "projection_runner": lambda: _run(ground),
            "copied": lambda: events / _copied(database, rows),
        }
        measured = in_turn(ROUNDS, ways)
    return {
        "events": events,
        "rows": rows,
        "seconds": round(events / median(measured["milepost"]), 1),
        "events_a_second": medians(measured),
        "beside_projection_runner": judged(times(measured["milepost"], measured["projection_runner"]), at_least=10.0),
        "beside_copy": {"value": times(measured["milepost"], measured["copied"])},
    }


def _run(ground: Ground) -> float:
    """Events a second of the library's runner, from its first event to its last."""
    with _notes(ground) as environment:
        app = Notes(environment)
        for _ in range(ground.size(SAMPLE) // 50):
            note = Note()
            for _ in range(49):
                note.note(TEXT)
            app.save(note)
        last = app.recorder.max_notification_id()
        app.close()

        def run() -> None:
            with ProjectionRunner(
                application_class=Notes, projection_class=NoteProjection, view_class=NoteRows, env=environment
            ) as runner:
                runner.wait(last, timeout=300)

        return (last or 0) / seconds(run)


@contextmanager
def _notes(ground: Ground) -> Generator[dict[str, str]]:
    database = ground.bare()
    store = cast("dict[str, Any]", ground.datastore(database).pool.kwargs)
    named = {f"POSTGRES_{name.upper()}": str(store[name]) for name in ("dbname", "host", "port", "user", "password")}
    yield {"PERSISTENCE_MODULE": "eventsourcing.postgres", **named}


def _copied(database: Database, rows: dict[str, int]) -> float:
    """Seconds to copy the rows of all read models into tables like theirs; how many they are goes to `rows`."""
    with connect(database.application) as known:
        active = [one.model for one in versions_of(known, projections()) if one.state == "active"]
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        return sum(copy_of(connection, model, rows) for model in active)


def copy_of(connection: psycopg.Connection[Any], model: Model, rows: dict[str, int]) -> float:
    """Seconds to copy a read model's rows into a table like theirs; how many they are goes to `rows`."""
    copied = Identifier("models", f"{model.name}_copied")
    with connection.cursor().copy(SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(model.rows)) as reading:
        whole = b"".join(bytes(block) for block in reading)
    connection.execute(SQL("CREATE TABLE {} (LIKE {})").format(copied, model.rows))
    with connection.cursor() as cursor:

        def write() -> None:
            with cursor.copy(SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(copied)) as writing:
                writing.write(whole)

        took = seconds(write)
        rows[model.projection.name] = cursor.rowcount
    connection.execute(SQL("DROP TABLE {}").format(copied))
    return took
