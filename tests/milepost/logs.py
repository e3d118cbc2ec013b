"""Logs to test on: databases with and without one, and a proxy that loses the reply to a COMMIT."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from domain.command import Command
from domain.envision.risks import RiskAssessed
from domain.portfolio.proposal import ProposeProject
from domain.reviews.fact_reports import report
from milepost.embedded.postgres.cluster import SUPERUSER
from milepost.embedded.postgres.server import Server
from milepost.log.command_outcome import CommandRequest
from milepost.log.migrate import APPLICATION, migrate
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.log.writer import Writer
from milepost.policies import default_policy

PROPOSE = ProposeProject(title="Pay", project_kind="it_service", service="pay", customer="sales")
_numbers = count()


def risk(name: str) -> Command:
    return report(RiskAssessed(risk=name, statement="the river rises"))


def propose(project: str, **more: Any) -> CommandRequest:
    return CommandRequest(f"project-{project}", (PROPOSE,), "ada", **more)


def assess(project: str, name: str, **more: Any) -> CommandRequest:
    return CommandRequest(f"project-{project}", (risk(name),), "ada", **more)


@dataclass(frozen=True)
class Database:
    """A database of its own on a server: how its superuser and how the application reaches it."""

    server: Server
    name: str

    @property
    def superuser(self) -> str:
        return self.server.url(SUPERUSER, self.name)

    @property
    def application(self) -> str:
        return self.server.url(APPLICATION, self.name)

    def role(self, name: str) -> str:
        """How another role reaches it, by a password that is its name."""
        return make_conninfo(self.superuser, user=name, password=name)


def create(server: Server, template: str = "template1") -> Database:
    database = Database(server, f"test{next(_numbers)}")
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database.name} TEMPLATE {template}".encode())
    return database


_templates: dict[Path, Database] = {}


@contextmanager
def removed(database: Database) -> Generator[Database]:
    """The same database, and none afterwards: what is left behind costs the server long to stop."""
    yield database
    with psycopg.connect(database.server.superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database.name} WITH (FORCE)".encode())


def migrated(server: Server) -> Database:
    """A new database after `milepost migrate`: a copy, as that is faster than to migrate."""
    if server.data not in _templates:
        template = create(server)
        migrate(template.superuser, password=server.password(APPLICATION))
        _templates[server.data] = template
    return create(server, _templates[server.data].name)


def with_log(server: Server) -> Database:
    """A new database with a log that is open."""
    database = migrated(server)
    found = Log(database.application)
    open_log(found, "test/log", default_policy())
    found.close()
    return database


@pytest.fixture
def empty(server: Server) -> Iterator[Database]:
    """A database in which nothing is yet."""
    with removed(create(server)) as database:
        yield database


@pytest.fixture
def prepared(server: Server) -> Iterator[Database]:
    """A database after `milepost migrate`, without a log."""
    with removed(migrated(server)) as database:
        yield database


@pytest.fixture(scope="module")
def guarded(server: Server) -> Iterator[Database]:
    """The same, for the tests that change nothing in it."""
    with removed(migrated(server)) as database:
        yield database


@pytest.fixture
def log(prepared: Database) -> Iterator[Log]:
    """A log that is open, with the default policy in force."""
    found = Log(prepared.application)
    open_log(found, "test/log", default_policy())
    yield found
    found.close()


@pytest.fixture
def writer(log: Log) -> Iterator[Writer]:
    with Writer(log) as writing:
        yield writing


@dataclass
class Proxy:
    """Stands between an application and its server, and can lose the reply to a COMMIT or whole connections."""

    folder: Path
    server: Server
    lose_next_commit: threading.Event = field(default_factory=threading.Event)
    shut: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)
    open: list[socket.socket] = field(default_factory=list[socket.socket])

    def listen(self) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self.listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def way(self, database: Database) -> str:
        """How the application reaches the database through here."""
        return make_conninfo(database.application, host=str(self.folder))

    def cut(self) -> None:
        """Drop all connections, and take no new ones until `shut` is cleared."""
        self.shut.set()
        for end in self.open:
            _close(end)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.shut.is_set():
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.server.sockets / ".s.PGSQL.5432"))
            self.open += [client, server]
            losing = threading.Event()
            threading.Thread(target=self._there, args=(client, server, losing), daemon=True).start()
            threading.Thread(target=self._back, args=(client, server, losing), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        while data := _receive(client):
            if b"COMMIT\0" in data and self.lose_next_commit.is_set():
                self.lose_next_commit.clear()
                losing.set()
            _send(server, data)
        _close(server)

    def _back(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        while data := _receive(server):
            if losing.is_set() and b"COMMIT\0" in data:
                self.lost.set()
                break
            _send(client, data)
        _close(client)
        _close(server)


def _receive(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _send(end: socket.socket, data: bytes) -> None:
    with suppress(OSError):  # the other end is gone: so are these bytes
        end.sendall(data)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    folder = Path(tempfile.mkdtemp(prefix="proxy-"))
    between = Proxy(folder, server)
    between.listen()
    yield between
    between.cut()
    between.listener.close()
    shutil.rmtree(folder)
