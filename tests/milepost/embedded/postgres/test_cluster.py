"""The data folder of the embedded database."""

import subprocess
import sys
from pathlib import Path

import pytest

from milepost.embedded.postgres.cluster import Cluster, prepared
from milepost.embedded.postgres.server import PostgresError, start
from tests.milepost.servers import UNHEARD, USER, refusal, until, value


def test_makes_the_database_whole_or_not_at_all(data: Path) -> None:
    cluster = prepared(data)
    cluster.private(data / "postgres-unfinished")
    (data / "postgres-unfinished" / "PG_VERSION").write_text("18\n")
    with start(data, UNHEARD.append) as server:
        assert value(server.superuser_url, "SELECT 1") == 1
    assert not (data / "postgres-unfinished").exists()


def test_refuses_another_major_version(made: Path) -> None:
    (made / "postgres" / "PG_VERSION").write_text("17\n")
    assert "PostgreSQL 17" in refusal(made)


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("postgres/PG_VERSION", "damaged: restore"),
        ("passwords/postgres", "damaged: restore"),
        ("postgres/global/pg_control", "pg_control"),
        ("postgres/pg_wal/000000010000000000000001", "checkpoint record"),
    ],
)
def test_names_what_is_missing(made: Path, lost: str, sentence: str) -> None:
    with next((made / "log").iterdir()).open("a") as log:
        log.write("long ago: FATAL:  No space left on device\n")
    (made / lost).unlink()
    assert sentence in refusal(made)


def test_says_when_its_files_are_not_its_own(made: Path) -> None:
    (made / "postgres" / "global" / "pg_control").chmod(0o000)
    assert "Give" in refusal(made)


@pytest.mark.parametrize(
    "words", ["No space left on device", "wrote only 4096 of 8192 bytes\nHINT:  Check free disk space."]
)
def test_says_when_the_disk_is_full(folder: Path, words: str) -> None:
    told = Cluster.because(folder, f"FATAL:  could not write: {words}\nPANIC:  can't go on")
    assert str(told) == f"The disk that holds {folder} is full: free some space, then start again."


def test_finds_a_socket_where_the_path_is_too_long(folder: Path) -> None:
    with start(folder / ("deep" * 30), UNHEARD.append) as server:
        assert str(server.sockets).startswith("/tmp/milepost-")
        assert value(server.superuser_url, "SELECT 1") == 1
        sockets = server.sockets
    sockets.rmdir()


def test_refuses_a_socket_folder_that_somebody_else_made(folder: Path) -> None:
    data = folder / ("deep" * 30)
    sockets = prepared(data).sockets
    sockets.chmod(0o755)
    with pytest.raises(PostgresError, match="mode 0700"):
        start(data, UNHEARD.append)
    sockets.rmdir()


NEVER_DONE = (
    """
import pathlib, signal
pathlib.Path.rename = lambda *_: signal.pause()
"""
    + USER
)


def test_database_is_made_anew_when_who_made_it_was_killed(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", NEVER_DONE, data], stdin=-1, stdout=-1) as other:
        until((data / "postgres-unfinished" / "base").exists)
        other.kill()
    assert not (data / "postgres").exists()
    with start(data, UNHEARD.append) as server:
        assert value(server.superuser_url, "SELECT 1") == 1
    assert not (data / "postgres-unfinished").exists()
