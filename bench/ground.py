"""The ground that is measured on: one embedded PostgreSQL, and in it logs of the lengths that the figures need."""

import shutil
import sys
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from uuid import uuid4

import psycopg
from eventsourcing.postgres import PostgresDatastore

from bench import history
from consumers.kafka.client import KafkaClients
from domain.event import Recorded
from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.kafka.broker_cluster import start as kafka
from milepost.embedded.postgres.cluster import PORT, SUPERUSER
from milepost.embedded.postgres.server import Server
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from milepost.policies import default_policy
from tests.brokers import JARS
from tests.conftest import START
from tests.milepost.conftest import reachable
from tests.milepost.logs import Database, create, migrated

SHORT_LOG, LONG_LOG = 20_000, 200_000
OPENED = 2
"""The events that a log has when it was opened."""
_COPY = "COPY log.events (notification_id, originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)"
_TYPES = ("int8", "text", "int8", "text", "bytea")


def say(sentence: str) -> None:
    """To whoever waits; the standard output is for the figures alone."""
    print(sentence, file=sys.stderr, flush=True)


def copied_into(superuser: str, stored: Iterable[LogEntry]) -> None:
    """Put these events behind the others, all of them or none."""
    with psycopg.connect(superuser) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE log.writer IN EXCLUSIVE MODE")
        with cursor.copy(_COPY) as copying:
            copying.set_types(_TYPES)
            for line in stored:
                copying.write_row(line)


@dataclass
class Ground:
    """One server; `part` is how much of the whole is measured, 1 for figures that count."""

    server: Server
    part: float = 1.0
    ended: ExitStack = field(default_factory=ExitStack)
    _logs: dict[tuple[int, str], Database] = field(default_factory=dict[tuple[int, str], Database])

    def size(self, whole: int) -> int:
        return int(whole * self.part)

    def seconds(self, whole: float) -> float:
        return max(0.2, whole * self.part)

    @cached_property
    def lived(self) -> list[Recorded]:
        """One whole life of a project, from which all others are copied."""
        return history.life(default_policy())

    def database(self, events: int = 0, of: str = "") -> Database:
        """A database with a log in which this many events of projects' lives stand; the same at each call."""
        if (events, of) not in self._logs:
            self._logs[events, of] = self._filled(self.size(events))
        return self._logs[events, of]

    @contextmanager
    def log(self, events: int = 0, of: str = "") -> Generator[Log]:
        log = Log(self.database(events, of).application)
        yield log
        log.close()

    def _filled(self, events: int) -> Database:
        say(f"making a log of {events:,} events")
        database = migrated(self.server)
        log = Log(database.application)
        open_log(log, "bench", default_policy(), clock=lambda: START)
        stored = history.copies(self.lived, log.identity().id, events, OPENED)
        log.close()
        copied_into(database.superuser, stored)
        with psycopg.connect(database.superuser, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE log.events")
        return database

    @cached_property
    def broker(self) -> Running:
        """One embedded broker for all that goes through Kafka."""
        say("starting a broker")
        folder = reachable()
        self.ended.callback(shutil.rmtree, folder)
        return self.ended.enter_context(kafka(folder / "kafka", JARS, say))

    def brokers(self) -> KafkaClients:
        """A topic of its own."""
        return KafkaClients(self.broker.bootstrap, f"bench.{uuid4().hex}")

    def bare(self) -> Database:
        """A database in which nothing is yet, for what the figures are compared with."""
        return create(self.server)

    def datastore(self, database: Database) -> PostgresDatastore:
        """The library's own way to a database, with the pool that its own factory makes."""
        return PostgresDatastore(
            dbname=database.name,
            host=str(self.server.sockets),
            port=PORT,
            user=SUPERUSER,
            password=self.server.password(SUPERUSER),
            pool_size=5,
            max_overflow=10,
            connect_timeout=60,
            originator_id_type="text",
        )
