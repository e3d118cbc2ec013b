"""The embedded PostgreSQL."""

import fcntl
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from milepost.embedded.file_locks import take
from milepost.embedded.postgres.cluster import prepared
from milepost.embedded.postgres.server import PostgresStarting, Server, running, start
from tests.milepost.servers import ROOT, UNHEARD, USER, as_nobody, ended, kill, value


def test_lets_in_who_has_the_password(server: Server) -> None:
    assert value(server.superuser_url, "SELECT current_user || ' ' || current_database()") == "postgres milepost"


@pytest.mark.parametrize("password", ["wrong", ""])
def test_keeps_out_who_has_not(server: Server, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.superuser_url, passfile="/dev/null", password=password)


def test_is_not_mistaken_for_another_by_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    assert value(server.superuser_url, "SELECT 1") == 1


def test_gives_a_role_a_password_of_its_own(server: Server) -> None:
    password = server.password("clerk")
    assert password == server.password("clerk") != server.password("postgres")
    with psycopg.connect(server.superuser_url) as connection:
        connection.execute(f"CREATE ROLE clerk LOGIN PASSWORD '{password}'".encode())
    assert value(server.url("clerk"), "SELECT current_user") == "clerk"


def test_shows_no_secret(server: Server) -> None:
    secrets = [server.password("postgres"), server.password()]
    commands = b"".join(file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if os.access(file, os.R_OK))
    shown = f"{server!r} {server} {server.superuser_url} {server.application_url}"
    assert str(server.data).encode() in commands
    assert not [secret for secret in secrets if secret in shown or secret.encode() in commands]
    for file in server.data.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    for file in (server.data / "passwords").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == (0o711 if ROOT else 0o700)


def test_is_shared_and_stops_with_its_last_user(made: Path) -> None:
    assert running(made) is None
    first, second = start(made, UNHEARD.append), start(made, UNHEARD.append)
    assert first.pid == second.pid
    first.stop()
    first.stop()
    found = running(made)
    assert found is not None
    second.stop()
    assert value(found.superuser_url, "SELECT 1") == 1
    found.stop()
    assert running(made) is None
    assert ended(found.pid)


def test_outlives_a_killed_user_and_is_taken_over(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", USER, data], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        said_first, pid = other.stdout.readline(), int(other.stdout.readline())
        other.kill()
    assert "Making a new database" in said_first
    said: list[str] = []
    server = start(data, said.append)
    assert (server.pid, said) == (pid, [])
    server.stop()
    assert ended(pid)


def test_has_all_that_was_committed_when_it_was_killed(made: Path) -> None:
    said: list[str] = []
    server = start(made, said.append)
    with psycopg.connect(server.superuser_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    kill(server)
    with start(made, said.append) as again:
        assert value(again.superuser_url, "SELECT number FROM kept") == 7
        assert again.pid != server.pid
    server.stop()
    assert said == ["The database was not shut down cleanly and is recovering; waiting…"]


def test_waits_for_a_server_that_another_process_starts(made: Path) -> None:
    alive = take(prepared(made).alive, fcntl.LOCK_EX)
    assert alive is not None
    with pytest.raises(PostgresStarting, match="start again later"):
        start(made, UNHEARD.append, patience=0.2)
    alive.close()
    start(made, UNHEARD.append).stop()


def test_sorts_alike_on_every_machine(database: str) -> None:
    query = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"
    assert value(database, query) == "b C.UTF-8"


def test_runs_for_a_user_who_is_not_root(folder: Path, server: Server) -> None:
    shutil.chown(folder, 65534 if ROOT else os.geteuid())

    def work() -> None:
        with start(folder / "data", UNHEARD.append) as own:
            assert own.pid != server.pid
            assert value(own.superuser_url, "SELECT 1") == 1
            assert own.data.stat().st_mode == stat.S_IFDIR | 0o700

    assert as_nobody(work) == 0
