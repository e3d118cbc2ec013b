"""The `ProjectionRunner` of the `eventsourcing` library follows our log, on PostgreSQL."""

from typing import Any

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import ApplicationRecorder, Mapper, StoredEvent, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from domain.codec import decode
from domain.event import Recorded
from milepost.log.store import Log, Store
from milepost.log.writer import Writer
from tests.milepost.logs import Database, assess, log, prepared, propose, writer

__all__ = ["log", "prepared", "writer"]
SECONDS = 60.0


class CanonicalMapper(Mapper[str]):
    """Reads our stored bytes, which name the event's kind and no Python class."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return decode(stored_event.state)


class MilepostLog(Application[str]):
    """Our log as an application of that library."""

    name = "milepost"

    def construct_mapper(self) -> Mapper[str]:
        return CanonicalMapper(self.construct_transcoder())

    def construct_recorder(self) -> ApplicationRecorder:
        return Store(self.env["CONNINFO"])

    def close(self) -> None:
        if isinstance(self.recorder, Store):
            self.recorder.datastore.close()
        super().close()


class Kinds(PostgresTrackingRecorder):
    """A view with one row for each event, written in one transaction with its tracking."""

    def __init__(self, datastore: PostgresDatastore, **named: Any) -> None:
        super().__init__(datastore, **named)
        self._table = Identifier(datastore.schema, "kinds")
        rows = SQL("CREATE TABLE IF NOT EXISTS {} (position bigint PRIMARY KEY, stream text, version int, kind text)")
        self.sql_create_statements.append(rows.format(self._table))

    def add(self, recorded: Recorded, tracking: Tracking) -> None:
        row = tracking.notification_id, recorded.stream, recorded.version, recorded.event.kind
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(SQL("INSERT INTO {} VALUES (%s, %s, %s, %s)").format(self._table), row)


class EveryKind(Projection[Kinds]):
    """Fills the view with the events of every kind."""

    name = "kinds"

    @singledispatchmethod
    def process_event(self, domain_event: Recorded, tracking: Tracking) -> None:
        self.view.add(domain_event, tracking)


class Risks(EveryKind):
    """Fills the view with the events of one kind."""

    name = "risks"
    topics = ("risk.assessed/1",)


@pytest.fixture
def environment(prepared: Database) -> dict[str, str]:
    """The settings of that library's view, in a schema in which the application's role may create tables."""
    named = conninfo_to_dict(prepared.application) | {"password": prepared.server.password()}
    address = {f"POSTGRES_{name.upper()}": str(named[name]) for name in ("dbname", "host", "port", "user", "password")}
    settings = {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_SCHEMA": "analytics"}
    return {**settings, **address, "CONNINFO": prepared.application}


def run(projection: type[EveryKind], environment: dict[str, str]) -> ProjectionRunner[MilepostLog, Kinds]:
    return ProjectionRunner(
        application_class=MilepostLog, projection_class=projection, view_class=Kinds, env=environment
    )


def rows_in(database: Database) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.application) as connection:
        return connection.execute("SELECT * FROM analytics.kinds ORDER BY position").fetchall()


def rows_of(log: Log) -> list[tuple[Any, ...]]:
    return [(stored.position, stored.stream, stored.version, stored.kind) for stored in log.events()]


def test_projection_runner_follows_the_log_and_resumes_behind_its_last_row(
    log: Log, writer: Writer, prepared: Database, environment: dict[str, str]
) -> None:
    writer.execute(propose("a"))
    with run(EveryKind, environment) as runner:
        runner.wait(log.head().position, SECONDS)
        assert rows_in(prepared) == rows_of(log)
        runner.wait(writer.execute(assess("a", "flood")).position, SECONDS)
        assert rows_in(prepared) == rows_of(log)
    writer.execute(assess("a", "fire"))
    writer.execute(propose("b"))
    with run(EveryKind, environment) as runner:
        runner.wait(log.head().position, SECONDS)
    assert rows_in(prepared) == rows_of(log)


def test_projection_runner_selects_events_by_kind(
    log: Log, writer: Writer, prepared: Database, environment: dict[str, str]
) -> None:
    writer.execute(propose("a"))
    last = [writer.execute(assess("a", name)).position for name in ("flood", "fire")][-1]
    with run(Risks, environment) as runner:
        runner.wait(last, SECONDS)
    assert rows_in(prepared) == [row for row in rows_of(log) if row[-1] == "risk.assessed/1"]
