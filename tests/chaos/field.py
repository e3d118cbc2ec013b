"""A field: a log and a topic of its own on which one row of faults is tried."""

import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import psycopg
from kafka import KafkaConsumer

from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import RelayState, read_relay_state
from consumers.read_models.reader import Reader
from consumers.read_models.tables import connect
from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.postgres.server import Server
from milepost.log.event_feed import LogFeed
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.policies import default_policy
from projections import projections
from tests.chaos.checker import Found, in_rows, in_topic, raw_duplicates
from tests.consumers.telling import Telling
from tests.consumers.topics import records_in
from tests.milepost.logs import Database, migrated
from tests.projections.histories import eventful
from tests.waiting import until

PATIENCE = 60.0
"""Seconds after the last fault in which all must be healed."""


@dataclass(frozen=True)
class Hasty(KafkaClients):
    """KafkaClients whose consumer groups miss a member after six seconds, which is as soon as Kafka allows."""

    def consumer(self, group: str | None = None, **others: Any) -> KafkaConsumer:
        return super().consumer(group, session_timeout_ms=6_000, heartbeat_interval_ms=500, **others)


@dataclass
class Ground:
    """Where fields are: a PostgreSQL, a broker for all of them, clusters that may be killed, and who forks lives."""

    server: Server
    bootstrap: str
    cluster: Callable[[int], Running]
    forks: "subprocess.Popen[str]"

    @contextmanager
    def field(self, bootstrap: str | None = None) -> Generator["Field"]:
        database = migrated(self.server)
        log = Log(database.application)
        open_log(log, "test/chaos", default_policy())
        brokers = Hasty(bootstrap or self.bootstrap, f"chaos.{uuid4().hex}")
        reader = Reader(database.application, projections())
        try:
            yield Field(self, database, log, brokers, reader)
        finally:
            reader.close()
            log.close()


@dataclass
class Field:
    """A log and a topic, what tells to it, and what was found."""

    ground: Ground
    database: Database
    log: Log
    brokers: KafkaClients
    reader: Reader
    notes: dict[str, int] = field(default_factory=dict[str, int])
    _told: int = 0

    @property
    def telling(self) -> Telling:
        return Telling(self.log)

    @property
    def feed(self) -> LogFeed:
        return LogFeed(self.log)

    def tell(self, projects: int = 5) -> None:
        """Let so many projects happen: 32 events each."""
        history, first = eventful(), self._told
        self._told += projects
        self.telling.tell({f"project-{number}": history for number in range(first, self._told)})

    def position(self) -> int:
        """How far the log is published."""
        return self.active().position

    def reflected(self) -> int:
        """What every read model reflects; 0 where the database can't say."""
        try:
            return self.reader.position()
        except psycopg.OperationalError:
            return 0

    def active(self) -> RelayState:
        """Which relay carries, and how far it has."""
        with connect(self.log.conninfo) as connection:
            return read_relay_state(connection, str(self.feed.source))

    def settle(self, seconds: float = PATIENCE) -> None:
        """Wait until all is published and reflected."""
        head = self.log.head().position
        until(lambda: self.position() >= head, f"position {head} is carried", seconds)
        until(lambda: self.reflected() >= head, f"position {head} is reflected", seconds)

    def checked(self, rows: bool = True) -> Found:
        """What is wrong, now that all has settled."""
        records = records_in(replace(self.brokers, security={}))
        self.notes["records told twice"] = raw_duplicates(records)
        self.notes["events"] = self.log.head().position
        return in_topic(self.log, records) + (in_rows(self.log) if rows else Found())
