"""The doctor."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from milepost import clock
from milepost.cli import doctoring
from milepost.cli.doctoring import examined
from milepost.postgres import Server
from tests.milepost.cli.conftest import Run, here
from tests.milepost.logs import migrated, removed


def test_finds_all_well(milepost: Run) -> None:
    milepost("projects")
    told = milepost("doctor", "--json")
    assert (told.code, told.json["well"]) == (0, True)
    assert [one["what"] for one in told.json["findings"]] == [
        "settings", "database", "rights", "log", "clock", "read models",
    ]  # fmt: skip
    assert "PostgreSQL 18" in milepost("doctor").out


def test_makes_nothing(tmp_path: Path) -> None:
    told = here("doctor", MILEPOST_DATA=str(tmp_path / "none"))
    assert told.code == 0
    assert "is not there yet" in told.out
    assert not (tmp_path / "none").exists()


def test_names_a_setting_that_is_none() -> None:
    told = here("doctor", MILEPOST_PROT="1")
    assert (told.code, "MILEPOST_PROT" in told.out, "WRONG" in told.out) == (1, True, True)


def test_tells_no_secret(tmp_path: Path) -> None:
    url = f"host={tmp_path} dbname=x user=y password=s3cret"
    told = here("doctor", MILEPOST_DATABASE_URL=url, MILEPOST_OWNER_URL=url)
    assert told.code == 1
    assert "s3cret" not in told.out + told.error


def test_says_which_right_is_too_many(server: Server) -> None:
    with removed(migrated(server)) as database:
        told = here("doctor", "--json", MILEPOST_DATABASE_URL=database.superuser)
        assert told.code == 1
        assert told.json["findings"][-1]["what"] == "rights"
        assert "is a superuser" in told.json["findings"][-1]["told"]


def test_says_that_a_database_is_not_migrated(server: Server) -> None:
    with removed(migrated(server)) as database:
        with psycopg.connect(database.superuser, autocommit=True) as connection:
            connection.execute("DROP SCHEMA log CASCADE")
        told = here("doctor", "--json", MILEPOST_DATABASE_URL=database.application)
        assert (told.code, "milepost migrate" in told.json["findings"][-1]["told"]) == (1, True)


def test_sees_a_log_of_another_name(milepost: Run) -> None:
    milepost("projects")
    told = milepost("doctor", MILEPOST_LOG_NAME="another")
    assert (told.code, "asks for another" in told.out) == (1, True)


def test_sees_a_clock_that_is_behind(milepost: Run, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    milepost("projects")
    monkeypatch.setenv("MILEPOST_DATABASE_URL", address)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    found = {one.what: one for one in examined()}
    assert not found["clock"].well
    assert "set it right" in found["clock"].told


def test_sees_a_disk_that_is_nearly_full(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_DATA", str(made))
    monkeypatch.setattr(doctoring, "LEAST_FREE", 1 << 60)
    found = {one.what: one for one in examined()}
    assert not found["disk"].well
    assert "make room" in found["disk"].told
