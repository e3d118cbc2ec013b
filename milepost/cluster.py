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
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from psycopg.conninfo import make_conninfo

from milepost.account import Account
from milepost.binaries import MAJOR, PostgresError, account_for, programs_for

SUPERUSER = "postgres"
DATABASE = "milepost"
PORT = 5432
_LONGEST_SOCKET = 103  # bytes: macOS; Linux takes 107
_INITDB = (
    f"--username={SUPERUSER}", "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--data-checksums", "--no-instructions",
    "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
)  # fmt: skip


@dataclass(frozen=True)
class Cluster:
    """A data folder that is ours, and the user that its server runs as."""

    data: Path
    account: Account

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def alive(self) -> Path:
        return self.data / "alive.lock"

    @property
    def users(self) -> Path:
        return self.data / "users.lock"

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

    def private(self, folder: Path) -> None:
        """Make a folder of the account's, closed to all others. Raises `PostgresError` where there is another's."""
        with said(self.data):
            if not os.path.lexists(folder):
                folder.mkdir(0o700)
                self.account.adopt(folder)
        found = folder.lstat()
        if (found.st_mode, found.st_uid) != (stat.S_IFDIR | 0o700, self.account.uid):
            name = self.account.name
            raise PostgresError(f"{folder} must be a folder of {name} with mode 0700: remove it, then start again.")

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
            raise PostgresError(because(self.data, told.stdout))
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


def prepared(data: Path) -> Cluster:
    """The data folder, made where it is missing. Raises `PostgresError` where it can't be made or isn't ours."""
    data = data.resolve()
    with said(data):
        data.mkdir(parents=True, exist_ok=True)
        _demand_ours(data)
        cluster = Cluster(data, account_for(data / "postgres"))
        data.chmod(0o711 if cluster.account.switches else 0o700)
        for lock in (cluster.alive, cluster.users):
            lock.touch(0o600)
        (data / "passwords").mkdir(0o700, exist_ok=True)
        _demand_way(cluster)
        for folder in (cluster.logs, cluster.sockets):
            cluster.private(folder)
    return cluster


def _demand_ours(data: Path) -> None:
    found = data.stat()
    if found.st_uid != os.geteuid():
        owner = f"the user {_name(found.st_uid)}"
        raise PostgresError(f"{data} belongs to {owner}: run Milepost as that user, or choose another data folder.")
    inside = {path.name for path in data.iterdir()}
    if inside and "alive.lock" not in inside:
        raise PostgresError(f"{data} holds something else ({min(inside)}): choose an empty or a new data folder.")
    if inside and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PostgresError(f"Others can write to {data}: see that nothing was changed, then run `chmod go-w {data}`.")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _demand_way(cluster: Cluster) -> None:
    if cluster.account.reaches(cluster.data):
        return
    way = (*reversed(cluster.data.parents), cluster.data)
    closed = next(folder for folder in way if not cluster.account.reaches(folder))
    raise PostgresError(
        f"Run by root, the database belongs to the user {cluster.account.name}, who can't pass through {closed}:"
        " choose a data folder elsewhere, such as /var/lib/milepost."
    )


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


@contextmanager
def said(data: Path) -> Generator[None]:
    """Turns what the operating system refuses into a `PostgresError`."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise PostgresError(because(data, str(error))) from error


_FULL = "The disk that holds {data} is full: free some space, then start again."
_UNKNOWN = "The database in {data} doesn't start: {line}. {data}/log says more; if it is damaged, restore a backup."
_REASONS = {
    "No space left on device": _FULL,
    "Check free disk space": _FULL,
    "ermission denied": "{line}. Give all in {data} back to the users that had it, or choose another data folder.",
    "pre-existing shared memory block": "Another PostgreSQL server works on {data}: stop it, then start again.",
}


def because(data: Path, text: str) -> str:
    """The sentence for what a program of PostgreSQL or the operating system said about the data folder."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason was given"]
    fatal = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))] or lines
    sentence = next((way for sign, way in _REASONS.items() if sign in text), _UNKNOWN)
    return sentence.format(data=data, line=fatal[-1])
