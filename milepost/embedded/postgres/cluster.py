"""The data folder of the embedded database: what is in it, whose it is, and how it is made whole or not at all.

DATA/alive.lock   held by every process of the server, so the kernel says whether one lives, whatever a file says
DATA/users.lock   shared by the processes that use the server; who can have it alone is the last
DATA/passwords/   one a role, in libpq's format, for our eyes alone
DATA/postgres/    PostgreSQL's own folder, of the user that the server runs as
DATA/log/         what the server says, a file a weekday
DATA/socket/      where it listens, unless the path is too long for a socket
"""

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from psycopg.conninfo import make_conninfo

from milepost.embedded.data_folder import FULL, DataFolder
from milepost.embedded.postgres.binaries import MAJOR, PostgresError, account_for, programs_for

SUPERUSER = "postgres"
DATABASE = "milepost"
PORT = 5432
_LONGEST_SOCKET = 103  # bytes: macOS; Linux takes 107
_INITDB = (
    f"--username={SUPERUSER}", "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--data-checksums", "--no-instructions",
    "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
)  # fmt: skip
_REASONS = {
    "Check free disk space": FULL,
    "pre-existing shared memory block": "Another PostgreSQL server works on {data}: stop it, then start again.",
}


@dataclass(frozen=True)
class Cluster(DataFolder):
    """A data folder of PostgreSQL's that is ours, and the user that the server runs as."""

    error = PostgresError
    server = "database"
    elsewhere = "/var/lib/milepost"
    mark = "alive.lock"
    fatal = ("FATAL:", "PANIC:", "error:")
    reasons = _REASONS
    unknown = "The database in {data} doesn't start: {line}. {data}/log says more; if it is damaged, restore a backup."

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def alive(self) -> Path:
        return self.data / self.mark

    @property
    def sockets(self) -> Path:
        """The folder of the socket, short enough to be one's address."""
        inside = self.data / "socket"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET:
            return inside
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(f"/tmp/milepost-{digest}")  # noqa: S108 - `private` refuses what somebody else made there

    def url(self, role: str, database: str = DATABASE) -> str:
        """How the role reaches the database; the password stays in its file, so this may be shown."""
        return make_conninfo(
            host=str(self.sockets),
            hostaddr="",  # so that PGHOSTADDR in the environment is not heard
            port=PORT,
            user=role,
            dbname=database,
            passfile=str(self._passfile(role)),
            require_auth="scram-sha-256",  # the server too must know the password
        )

    def password(self, role: str) -> str:
        """The role's password, made at random where it has none."""
        file = self._passfile(role)
        if not file.exists():
            _write_once(file, f"*:*:*:{role}:{secrets.token_urlsafe(32)}\n")
        return file.read_text().rstrip("\n").rpartition(":")[2]

    def _passfile(self, role: str) -> Path:
        return self.data / "passwords" / role

    def programs(self) -> Path:
        """The folder of PostgreSQL's programs, as its account may run them."""
        return programs_for(self.account, self.data)

    def create(self, alive: FileIO) -> None:
        """Make PostgreSQL's folder: beside its place and then moved there, so that it is whole or not there.

        For the holder of `alive.lock` alone, since it throws away what an interrupted one left; `initdb` holds it too.
        """
        unfinished = self.data / "postgres-unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self.private(unfinished)
        with self._piped(self.password(SUPERUSER)) as password:
            command = (self.programs() / "initdb", f"--pgdata={unfinished}", *_INITDB)
            told = self.account.run(*command, stdin=password, pass_fds=(alive.fileno(),))
        if told.returncode != 0:
            raise self.because(self.data, told.stdout)
        unfinished.rename(self.postgres)
        _sync(self.data)

    @contextmanager
    def _piped(self, line: str) -> Generator[int]:
        reading, writing = os.pipe()
        try:
            if self.account.switches:
                os.fchown(reading, self.account.uid, self.account.gid)  # /dev/stdin is opened anew, by its owner only
            os.write(writing, f"{line}\n".encode())
        finally:
            os.close(writing)
        try:
            yield reading
        finally:
            os.close(reading)

    def demand_whole(self) -> None:
        """Raise `PostgresError` unless PostgreSQL's folder is one that this release can start."""
        found = self.postgres / "PG_VERSION"
        major = found.read_text().strip() if found.exists() else None
        if major != MAJOR and major is not None:
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {major}, and this Milepost carries {MAJOR}: write its log with"
                " `milepost log dump` of the release that made it, and `milepost log load` it into a new folder."
            )
        if major is None or not self._passfile(SUPERUSER).exists():
            missing = found if major is None else self._passfile(SUPERUSER)
            raise PostgresError(f"{missing} is missing, so the database is damaged: restore {self.data} from a backup.")


def is_made(data: Path) -> bool:
    """Whether a database was ever made in this data folder; true also where the folder can't be looked into."""
    try:
        return (data / "postgres").is_dir()
    except PermissionError:  # whoever opens it says whose it is
        return True


def prepared(data: Path) -> Cluster:
    """The data folder, made where it is missing. Raises `PostgresError` where it can't be made or isn't ours."""
    cluster = Cluster.ours(data, lambda found: account_for(found / "postgres"))
    with cluster.said(cluster.data):
        (cluster.data / "passwords").mkdir(0o700, exist_ok=True)
    for folder in (cluster.logs, cluster.sockets):
        cluster.private(folder)
    return cluster


def _write_once(file: Path, text: str) -> None:
    handle, draft = tempfile.mkstemp(dir=file.parent)  # with mode 0600
    with os.fdopen(handle, "w") as writing:
        writing.write(text)
        writing.flush()
        os.fsync(handle)
    try:
        os.link(draft, file)  # which never replaces what another process wrote in the meantime
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    _sync(file.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
