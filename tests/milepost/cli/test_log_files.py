"""Taking a log out, looking at it, and bringing it in."""

from pathlib import Path

from milepost.embedded.postgres.server import Server
from tests.milepost.cli.conftest import Run, here, run
from tests.milepost.cli.test_program import PROPOSAL
from tests.milepost.logs import migrated, removed


def test_exports_what_verifies_without_a_database(milepost: Run, tmp_path: Path) -> None:
    milepost("propose-project", "moved-1", *PROPOSAL, "--as", "ada")
    file = tmp_path / "log.jsonl"
    written = milepost("export", str(file), "--json")
    assert (written.code, written.json["lines"]) == (0, len(file.read_bytes().splitlines()))
    sound = run("verify", str(file), "--json")
    assert (sound.code, sound.json["sound"], sound.json["events"]) == (0, True, written.json["lines"] - 1)
    assert "it is whole and unchanged in itself" in run("verify", str(file)).out


def test_overwrites_nothing(milepost: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("mine")
    told = milepost("export", str(file))
    assert (told.code, file.read_text()) == (2, "mine")
    assert "choose another file" in told.error


def test_finds_what_was_changed(milepost: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    milepost("export", str(file))
    file.write_bytes(file.read_bytes().replace(b"Pay", b"Bay", 1))
    told = run("verify", str(file))
    assert told.code == 1
    assert "NOT sound" in told.out


def test_moves_a_log_to_another_database(milepost: Run, server: Server, tmp_path: Path) -> None:
    file, again = tmp_path / "dump.jsonl", tmp_path / "again.jsonl"
    milepost("propose-project", "moved-2", *PROPOSAL, "--as", "ada", "--id", "moving")
    assert milepost("log", "dump", str(file)).code == 0
    with removed(migrated(server)) as database:
        elsewhere = {"MILEPOST_DATABASE_URL": database.application}
        loaded = here("log", "load", str(file), "--json", **elsewhere)
        assert (loaded.code, loaded.json["sound"]) == (0, True), loaded
        assert here("log", "load", str(file), **elsewhere).code == 2
        assert here("log", "dump", str(again), **elsewhere).code == 0
        asked = ("propose-project", "moved-2", *PROPOSAL, "--as", "ada", "--id", "moving", "--json")
        assert here(*asked, **elsewhere).json == milepost(*asked).json
    assert file.read_bytes() == again.read_bytes()
