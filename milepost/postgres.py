"""The embedded PostgreSQL: started where none runs, shared by every process that needs it, stopped by the last of them.

No server is lost or left behind: who is killed leaves it running, and the next start takes it over. Whether a server
lives is asked of the kernel, by a lock that all its processes hold, never of a file that a dead one left.
"""

import fcntl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Self

import psycopg
from psycopg.pq import Ping

from milepost.binaries import PostgresError, binary
from milepost.cluster import DATABASE, SUPERUSER, Cluster, because, prepared, said
from milepost.locks import take
from milepost.migrate import APPLICATION
from milepost.postmaster import BEAT, alive, end, last_words, launch, ping, postmaster
from milepost.saying import Say

__all__ = ["PostgresError", "Server", "StillStarting", "binary", "running", "start"]
PATIENCE = 900.0  # seconds


class StillStarting(PostgresError):
    """The server needs longer than we wait. It goes on, and a later start finds it further on."""


@dataclass(frozen=True)
class Server:
    """A running server that this process uses: within a `with`, or until `stop`."""

    data: Path
    sockets: Path
    pid: int | None  # None where it runs out of sight, in another container
    _cluster: Cluster = field(repr=False)
    _share: FileIO = field(repr=False)

    def url(self, role: str, database: str = DATABASE) -> str:
        """The connection string of a role; it names the file of the password, so it holds no secret."""
        return self._cluster.url(role, database)

    @property
    def superuser_url(self) -> str:
        """For the migration, which makes the application's role."""
        return self.url(SUPERUSER)

    @property
    def application_url(self) -> str:
        """For the service, once the migration has given its role the `password`."""
        return self.url(APPLICATION)

    def password(self, role: str = APPLICATION) -> str:
        """The password in the file that the role's connection string names; made at random when first asked for."""
        with said(self.data):
            return self._cluster.password(role)

    def stop(self) -> None:
        """Use the server no longer; unless another process uses it, it stops. Raises `PostgresError` where it can't."""
        if not self._share.closed:
            _leave(self._cluster, self._share)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()


def start(data: Path, say: Say, patience: float = PATIENCE) -> Server:
    """The server of a data folder, made, started, recovered or joined: whatever it takes, for so many seconds.

    What takes its time is said in sentences. Raises `PostgresError`.
    """
    cluster = prepared(data)
    waiting = _Waiting(cluster, say, patience)
    share = waiting.for_a_share()
    try:
        waiting.for_an_answer()
        _demand_database(cluster)
    except StillStarting:
        share.close()
        raise
    except BaseException:
        _leave(cluster, share)
        raise
    return Server(cluster.data, cluster.sockets, postmaster(cluster), cluster, share)


def running(data: Path) -> Server | None:
    """The server of a data folder where one answers, used until `stop`; None otherwise, and nothing is made."""
    if not (data / "alive.lock").exists():
        return None
    cluster = prepared(data)
    if not alive(cluster) or (share := take(cluster.users, fcntl.LOCK_SH)) is None:
        return None
    if ping(cluster) != Ping.OK:
        share.close()
        return None
    return Server(cluster.data, cluster.sockets, postmaster(cluster), cluster, share)


@dataclass
class _Waiting:
    """Looks again and again, says every ten seconds what it waits for, and gives up after its patience."""

    cluster: Cluster
    say: Say
    patience: float
    since: float = field(default_factory=time.monotonic)

    def for_a_share(self) -> FileIO:
        """Our share in the server; nobody gets one while its last user stops it."""
        for _ in self._moments():
            if (share := take(self.cluster.users, fcntl.LOCK_SH)) is not None:
                return share
        raise AssertionError("the moments end by raising")

    def for_an_answer(self) -> None:
        """Until the server answers: the one that we start, or the one that others did."""
        launched = False
        for _ in self._moments():
            if (answer := ping(self.cluster)) == Ping.OK:
                return
            if answer == Ping.NO_ATTEMPT:
                raise PostgresError("libpq can't try to connect: unset PGSERVICE and other PG* variables.")
            if launched and not alive(self.cluster):
                raise PostgresError(because(self.cluster.data, last_words(self.cluster)))
            launched = launched or launch(self.cluster, self.say)

    def _moments(self) -> Iterator[None]:
        said_at = 0.0
        while True:
            yield
            waited = time.monotonic() - self.since
            if waited > self.patience:
                raise StillStarting(f"{self._state()} after {waited:.0f} s. It goes on; start again later.")
            if waited - said_at > 10:
                self.say(f"{self._state()} after {waited:.0f} s; waiting…")
                said_at = waited
            time.sleep(BEAT)

    def _state(self) -> str:
        last = last_words(self.cluster).rpartition("\n")[2]
        return f"The database in {self.cluster.data} is not ready ({last or 'another process starts or stops it'})"


def _demand_database(cluster: Cluster) -> None:
    try:
        with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another process that starts was faster
    except psycopg.Error as error:
        raise PostgresError(because(cluster.data, f"{error}\n{last_words(cluster)}")) from error


def _leave(cluster: Cluster, share: FileIO) -> None:
    share.close()
    if (alone := take(cluster.users, fcntl.LOCK_EX)) is not None:
        with alone:  # so that nobody joins a server that stops
            end(cluster)
