"""The server's process on a cluster: how it is started, told from what a dead one left, listened to, and ended."""

import fcntl
import os
import signal
import subprocess
import time
from contextlib import suppress
from io import FileIO
from pathlib import Path

from psycopg.pq import PGconn

from milepost.embedded.file_locks import take
from milepost.embedded.postgres.binaries import PostgresError
from milepost.embedded.postgres.cluster import PORT, SUPERUSER, Cluster
from milepost.embedded.say import Say

SETTINGS: dict[str, str | int] = {  # on the command line, where no file and no ALTER SYSTEM can weaken them
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": PORT,
    "max_connections": 100,
    "shared_buffers": "64MB",
    "effective_cache_size": "256MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "512MB",
    "max_worker_processes": 2,
    "max_parallel_workers": 2,
    "io_method": "sync",  # saves three processes, which a database of this size never keeps busy
    "jit": "off",
    "client_connection_check_interval": "1s",  # what a killed client had locked is free again soon
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_error_statement": "panic",  # a statement that fails may hold what people wrote, or a password
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",  # a file a weekday, written over after a week
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": 0,
}
FAST, IMMEDIATE = 30.0, 20.0  # seconds that each kind of shutdown is given
BEAT = 0.025
_WEEK = 6 * 86_400
_DETACHED = ("/bin/sh", "-c", '"$0" "$@" &')  # nobody's child, since it may outlive us and end without us


def launch(cluster: Cluster, say: Say) -> bool:
    """Start a server on the cluster, made if it is new; False while a process of one still lives."""
    with cluster.said(cluster.data):
        if (alive := take(cluster.alive, fcntl.LOCK_EX)) is None:
            return False
        with alive:  # closed here, and from then on held by the server alone
            if cluster.postgres.exists():
                _make_ready(cluster, say)
            else:
                say(f"Making a new database in {cluster.data}.")
                cluster.create(alive)
            _spawn(cluster, alive)
            return True


def _make_ready(cluster: Cluster, say: Say) -> None:
    cluster.demand_whole()
    _clear_traces(cluster, say)
    for log in cluster.logs.iterdir():
        if time.time() - log.lstat().st_mtime > _WEEK:
            log.unlink()
    control = cluster.account.run(cluster.programs() / "pg_controldata", cluster.postgres)
    if control.returncode != 0:
        raise cluster.because(cluster.data, control.stdout)
    if "cluster state:               shut down\n" not in control.stdout:
        say("The database was not shut down cleanly and is recovering; waiting…")


def _clear_traces(cluster: Cluster, say: Say) -> None:
    """Remove what a dead server left: PostgreSQL would believe in it as soon as another program has its pid."""
    if (pid := postmaster(cluster)) is not None:
        raise PostgresError(
            f"A server that Milepost didn't start works on {cluster.postgres}: stop process {pid}, then start again."
        )
    note = cluster.postgres / "postmaster.pid"
    if (pid := _noted(note)) is not None and _lives(pid):
        say(f"{note} names process {pid}, which is another program by now: the server is dead, and is started anew.")
    for trace in (note, cluster.sockets / f".s.PGSQL.{PORT}.lock", cluster.sockets / f".s.PGSQL.{PORT}"):
        trace.unlink(missing_ok=True)


def _spawn(cluster: Cluster, alive: FileIO) -> None:
    settings = SETTINGS | {"unix_socket_directories": str(cluster.sockets), "log_directory": str(cluster.logs)}
    options: list[str] = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [*_DETACHED, str(cluster.programs() / "postgres"), "-D", str(cluster.postgres), *options]
    with open(_first_words(cluster), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as words:
        subprocess.run(
            command, check=True, stdout=words, stderr=words, pass_fds=(alive.fileno(),),
            start_new_session=True, timeout=60, **cluster.account.options(),
        )  # fmt: skip


def alive(cluster: Cluster) -> bool:
    """Whether a process of the server lives, or one that is about to start it."""
    if (free := take(cluster.alive, fcntl.LOCK_SH)) is None:
        return True
    free.close()
    return False


def ping(cluster: Cluster) -> int:
    """Whether the server answers, as one of libpq's `Ping`."""
    return PGconn.ping(f"{cluster.url(SUPERUSER)} connect_timeout=5".encode())


def postmaster(cluster: Cluster) -> int | None:
    """The pid that the server noted, where a PostgreSQL really works in this folder under it; None otherwise."""
    if (pid := _noted(cluster.postgres / "postmaster.pid")) is None:
        return None
    process = Path(f"/proc/{pid}")
    with suppress(OSError):
        ours = (process / "cwd").readlink() == cluster.postgres and (process / "comm").read_text() == "postgres\n"
        return pid if ours else None
    return None


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"  # which waits to be buried
    return False


def _noted(file: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(file.read_text().partition("\n")[0])
    return None


def _first_words(cluster: Cluster) -> Path:
    return cluster.data / "start.log"


TO_OUR_QUESTIONS = ("the database system is starting up", "the database system is not yet accepting connections")
"""What the server answers while we ask whether it is up: nothing about why it isn't."""


def last_words(cluster: Cluster) -> str:
    """What the server said since it was started: before its log was open, and then in it."""
    first = _first_words(cluster)
    if not first.exists():
        return ""
    logs = [log for log in cluster.logs.iterdir() if log.stat().st_mtime >= first.stat().st_mtime]
    words = "".join(file.read_text(errors="replace")[-4000:] for file in (first, *logs))
    said = words.rpartition("starting PostgreSQL")[2].strip().splitlines()
    return "\n".join(line for line in said if not line.endswith(TO_OUR_QUESTIONS))


def end(cluster: Cluster) -> None:
    """Stop the server: fast, or else at once. Raises `PostgresError` where it lives on."""
    for how, patience in ((signal.SIGINT, FAST), (signal.SIGQUIT, IMMEDIATE)):
        told, until = False, time.monotonic() + patience
        while time.monotonic() < until:
            if not alive(cluster):
                return
            told = told or _tell(cluster, how)
            time.sleep(BEAT)
    raise PostgresError(f"The server in {cluster.data} doesn't stop: end it by hand, on the machine where it runs.")


def _tell(cluster: Cluster, how: signal.Signals) -> bool:
    if (pid := postmaster(cluster)) is None:
        return False
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            if postmaster(cluster) == pid:  # again, now that the handle can't be another's
                signal.pidfd_send_signal(handle, how)
        finally:
            os.close(handle)
    return True
