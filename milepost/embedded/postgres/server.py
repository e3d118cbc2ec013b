"""The embedded PostgreSQL: started where none runs, shared by every process that needs it, stopped by the last of them.

No server is lost or left behind: who is killed leaves it running, and the next start takes it over. Whether a server
lives is asked of the kernel, by a lock that all its processes hold, never of a file that a dead one left.
"""

from dataclasses import dataclass, field
from functools import partial
from io import FileIO
from pathlib import Path

import psycopg
from psycopg.pq import Ping

from milepost.embedded.postgres.binaries import PostgresError, binary
from milepost.embedded.postgres.cluster import DATABASE, SUPERUSER, Cluster, is_made, prepared
from milepost.embedded.postgres.postmaster import BEAT, alive, end, last_words, launch, ping, postmaster
from milepost.embedded.say import Say
from milepost.embedded.shared_server import Patience, Shared, Sharing
from milepost.log.migrate import APPLICATION

__all__ = ["NoDatabase", "PostgresError", "PostgresStarting", "Server", "binary", "running", "start", "start_existing"]
PATIENCE = 900.0  # seconds


class PostgresStarting(PostgresError):
    """The server needs longer than we wait. It goes on, and a later start finds it further on."""


class NoDatabase(PostgresError):
    """No database was ever made in this data folder, and nothing was made now."""


@dataclass(frozen=True)
class Server(Shared):
    """A running server that this process uses: within a `with`, or until `stop`."""

    data: Path
    sockets: Path
    pid: int | None  # None where it runs out of context, in another container
    _cluster: Cluster = field(repr=False)

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
        with self._cluster.said(self.data):
            return self._cluster.password(role)


def start(data: Path, say: Say, patience: float = PATIENCE) -> Server:
    """The server of a data folder, made, started, recovered or joined: whatever it takes, for so many seconds.

    What takes its time is said in sentences. Raises `PostgresError`.
    """
    return _start(data, say, patience, creates=True)


def start_existing(data: Path, say: Say, patience: float = PATIENCE) -> Server:
    """The same for a data folder that has a database. Raises `NoDatabase` where it has none, and makes nothing."""
    if not is_made(data):
        raise NoDatabase(f"There is no database in {data}.")
    return _start(data, say, patience, creates=False)


def _start(data: Path, say: Say, patience: float, creates: bool) -> Server:
    cluster = prepared(data)
    awaited, words = f"The database in {cluster.data}", partial(last_words, cluster)
    waiting = Patience(patience, BEAT, awaited, words, say, PostgresStarting)
    return _sharing(cluster).joined(_Starting(cluster, say, creates).server, waiting)


def running(data: Path) -> Server | None:
    """The server of a data folder where one answers, used until `stop`; None otherwise, and nothing is made."""
    if not (data / "alive.lock").exists():
        return None
    cluster = prepared(data)
    if not alive(cluster) or (share := _sharing(cluster).share()) is None:
        return None
    if ping(cluster) != Ping.OK:
        share.close()
        return None
    return _server(cluster, share)


def _sharing(cluster: Cluster) -> Sharing:
    return Sharing(cluster.users, partial(end, cluster))


def _server(cluster: Cluster, share: FileIO) -> Server:
    return Server(_sharing(cluster), share, cluster.data, cluster.sockets, postmaster(cluster), cluster)


@dataclass
class _Starting:
    cluster: Cluster
    say: Say
    creates: bool
    launched: bool = False

    def server(self, share: FileIO) -> Server | None:
        """The server once it answers: the one that we start, or the one that others did."""
        if (answer := ping(self.cluster)) == Ping.OK:
            _demand_database(self.cluster, self.creates)
            return _server(self.cluster, share)
        if answer == Ping.NO_ATTEMPT:
            raise PostgresError("libpq can't try to connect: unset PGSERVICE and other PG* variables.")
        if self.launched and not alive(self.cluster):
            raise self.cluster.because(self.cluster.data, last_words(self.cluster))
        self.launched = self.launched or launch(self.cluster, self.say)
        return None


def _demand_database(cluster: Cluster, create: bool) -> None:
    try:
        with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if found is None and not create:
                raise NoDatabase(f"There is no database {DATABASE} in {cluster.data}.")
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another process that starts was faster
    except psycopg.Error as error:
        raise cluster.because(cluster.data, f"{error}\n{last_words(cluster)}") from error
