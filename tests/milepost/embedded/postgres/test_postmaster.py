"""The postmaster."""

import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from milepost.embedded.postgres.binaries import binary
from milepost.embedded.postgres.cluster import prepared
from milepost.embedded.postgres.server import Server, running, start
from tests.milepost.servers import ROOT, UNHEARD, ended, kill, refusal, unrelated, until, value


def test_listens_on_its_own_socket_alone(server: Server) -> None:
    found = server.sockets.stat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert stat.S_IMODE((server.sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert value(server.superuser_url, "SHOW listen_addresses") == ""
    held = {str(one.readlink()) for one in Path(f"/proc/{server.pid}/fd").iterdir()}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{server.pid}/net/{table}").read_text().splitlines()[1:]:
            assert f"socket:[{line.split()[9]}]" not in held


def test_runs_as_nobody_that_matters(server: Server) -> None:
    status = Path(f"/proc/{server.pid}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    groups = next(line.split()[1:] for line in status.splitlines() if line.startswith("Groups:"))
    assert int(uid) != 0
    assert not ROOT or groups == []


@pytest.mark.parametrize(
    ("setting", "promised"),
    [
        ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("data_checksums", "on"),
        ("password_encryption", "scram-sha-256"), ("server_encoding", "UTF8"), ("jit", "off"),
    ],
)  # fmt: skip
def test_keeps_its_promises(server: Server, setting: str, promised: str) -> None:
    query = f"SELECT setting FROM pg_settings WHERE name = '{setting}'"
    assert value(server.superuser_url, query) == promised


def test_cant_be_talked_out_of_them(made: Path) -> None:
    with start(made, UNHEARD.append) as server, psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
    with start(made, UNHEARD.append) as server:
        assert value(server.superuser_url, "SHOW fsync") == "on"


def test_tells_a_pid_that_is_in_use_again(made: Path) -> None:
    server = start(made, UNHEARD.append)
    kill(server)
    note = made / "postgres" / "postmaster.pid"
    said: list[str] = []
    with unrelated(prepared(made).account) as pid:
        for trace in (note, server.sockets / ".s.PGSQL.5432.lock"):
            trace.write_text(trace.read_text().replace(str(server.pid), str(pid)))
        with start(made, said.append) as again:
            assert value(again.superuser_url, "SELECT 1") == 1
            assert not ended(pid)
    server.stop()
    assert f"process {pid}, which is another program" in said[0]


def test_harms_no_stranger_when_its_pid_is_false(made: Path) -> None:
    server = start(made, UNHEARD.append)
    note = made / "postgres" / "postmaster.pid"
    real = note.read_text()
    with unrelated(prepared(made).account) as pid:
        note.write_text(real.replace(str(server.pid), str(pid)))
        found = running(made)
        assert found is not None
        assert found.pid is None
        found.stop()
        note.write_text(real)
        server.stop()
        assert not ended(pid)


def test_is_not_started_beside_a_server_of_others(made: Path) -> None:
    account = prepared(made).account
    command = [str(binary("postgres")), "-D", str(made / "postgres"), "-c", "listen_addresses="]
    command += ["-k", str(made / "socket")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, **account.options()) as other:
        until((made / "socket" / ".s.PGSQL.5432").exists)
        (made / "socket" / ".s.PGSQL.5432").rename(made / "socket" / "elsewhere")
        assert f"stop process {other.pid}" in refusal(made)
        other.send_signal(signal.SIGINT)
