"""The programs of PostgreSQL."""

import subprocess
from pathlib import Path

import pytest

from milepost.embedded.os_user import OsUser
from milepost.embedded.postgres.binaries import PostgresError, binary
from milepost.embedded.postgres.server import start
from tests.milepost.servers import UNHEARD, value


def test_are_those_of_postgresql_18() -> None:
    told = subprocess.run([binary("pg_dump"), "--version"], capture_output=True, text=True, timeout=30)
    assert " 18." in told.stdout


def test_are_named_where_they_are_missing() -> None:
    with pytest.raises(PostgresError, match="no program pg_dance"):
        binary("pg_dance")


def test_are_copied_where_their_user_cant_reach_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reaches(_: OsUser, path: Path) -> bool:
        return path.is_relative_to(folder)

    monkeypatch.setattr(OsUser, "reaches", reaches)
    with start(folder / "data", UNHEARD.append) as server:
        command_line = Path(f"/proc/{server.pid}/cmdline").read_text()
        assert command_line.startswith(f"{folder}/data/software-")
        assert value(server.superuser_url, "SELECT 1") == 1
    psql = next((folder / "data").glob("software-*/*/*/bin/psql"))
    told = subprocess.run([psql, "--version"], capture_output=True, text=True, timeout=30)
    assert " 18." in told.stdout
