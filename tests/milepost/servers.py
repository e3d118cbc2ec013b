"""Servers to test on: what is asked of them, how they die, and who else may stand in their place."""

import os
import signal
import subprocess
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from milepost.embedded.os_user import OsUser
from milepost.embedded.postgres.server import PostgresError, Server, running, start

ROOT = os.geteuid() == 0
UNHEARD: list[str] = []
USER = """
import pathlib, sys
from milepost.embedded.postgres.server import start
server = start(pathlib.Path(sys.argv[1]), print)
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


def until(condition: Callable[[], object], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def ended(pid: int | None) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def kill(server: Server) -> None:
    """The postmaster alone, as the kernel does when memory is short."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: ended(server.pid))


@contextmanager
def unrelated(account: OsUser) -> Generator[int]:
    """A process of the server's user that has nothing to do with it."""
    with subprocess.Popen(["sleep", "60"], **account.options()) as process:
        yield process.pid
        process.kill()


def refusal(data: Path) -> str:
    with pytest.raises(PostgresError) as refused:
        start(data, UNHEARD.append)
    assert running(data) is None
    return str(refused.value)


def as_nobody(work: Callable[[], object]) -> int:
    """Do it in a process of the user `nobody`, or of whoever is not root and runs the tests; its exit code."""

    def lowered() -> None:
        if ROOT:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        work()

    return in_a_child(lowered)


def in_a_child(work: Callable[[], object]) -> int:
    """Do it in a process of its own; the exit code."""
    if (child := os.fork()) == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def drop(server: Server) -> None:
    """End a server at once whose data nobody needs any more: to write down hundreds of databases takes long."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
    until(lambda: ended(server.pid))
    server.stop()
