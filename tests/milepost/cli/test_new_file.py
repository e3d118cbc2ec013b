"""An export on its way out: to a new file, or to the standard output."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from milepost.cli.new_file import write_lines
from milepost.cli.output import Failed
from tests.milepost.cli.conftest import PROGRAM, ROOT, Run, clean, here
from tests.milepost.cli.test_program import PROPOSAL


def failing() -> Iterator[bytes]:
    yield b"first\n"
    raise RuntimeError("the log is gone")


def test_appears_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    assert write_lines(tmp_path / "log.jsonl", [b"a\n", b"b\n"]) == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"log.jsonl": b"a\nb\n"}


def test_needs_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("this file system has no hard links")

    monkeypatch.setattr(os, "link", refuse)
    assert write_lines(tmp_path / "log.jsonl", [b"a\n"]) == 1


def test_leaves_no_file_where_the_log_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the log is gone"):
        write_lines(tmp_path / "log.jsonl", failing())
    assert list(tmp_path.iterdir()) == []


def test_leaves_no_file_where_it_can_not_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Failed, match=r"log\.jsonl can't be written: No space left on device"):
        write_lines(tmp_path / "log.jsonl", [b"a\n"])
    assert list(tmp_path.iterdir()) == []


def test_overwrites_no_file_that_appears_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"

    def lines() -> Iterator[bytes]:
        yield b"ours\n"
        file.write_text("theirs")

    with pytest.raises(Failed, match=f"{file} exists already"):
        write_lines(file, lines())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"log.jsonl": "theirs"}


@pytest.mark.parametrize("kind", ["file", "link to nothing"])
def test_is_refused_by_an_absolute_name_before_the_log_is_opened(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "log.jsonl"
    file.touch() if kind == "file" else file.symlink_to(tmp_path / "nothing")
    monkeypatch.chdir(tmp_path)
    told = here("export", "log.jsonl", MILEPOST_DATA=str(tmp_path / "none"))
    assert (told.code, f"{file} exists already" in told.error) == (2, True), told


def test_is_removed_where_the_program_is_told_to_end(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from milepost.cli.new_file import write_lines\n"
        "def lines():\n    yield b'x' * 100_000\n    print('writing', flush=True)\n    time.sleep(60)\n"
        "write_lines(Path(sys.argv[1]), lines())"
    )
    command = [PROGRAM[0], "-c", script, str(tmp_path / "log.jsonl")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"writing\n"
        assert [path.suffix for path in tmp_path.iterdir()] == [".unfinished"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def started(address: str, *arguments: str, out: int) -> "subprocess.Popen[bytes]":
    command = [*PROGRAM, *arguments]
    environment = clean(MILEPOST_DATABASE_URL=address)
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.PIPE)


@pytest.mark.parametrize("command", [("export",), ("log", "dump")], ids=" ".join)
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["", "json"])
def test_is_all_that_the_standard_output_holds(
    command: tuple[str, ...], more: tuple[str, ...], milepost: Run, address: str, tmp_path: Path
) -> None:
    milepost("propose-project", "stdout-1", *PROPOSAL, "--as", "ada")
    milepost(*command, str(tmp_path / "log.jsonl"))
    with started(address, *command, "-", *more, out=subprocess.PIPE) as process:
        out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, (tmp_path / "log.jsonl").read_bytes()), error
    assert b"lines" in error


def test_ends_quietly_where_its_reader_goes(milepost: Run, address: str) -> None:
    milepost("propose-project", "pipe-1", *PROPOSAL, "--as", "ada")
    reading, writing = os.pipe()
    os.close(reading)
    with started(address, "export", "-", out=writing) as process:
        os.close(writing)
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (1, b"")


def test_says_that_the_standard_output_is_full(milepost: Run, address: str) -> None:
    milepost("propose-project", "full-1", *PROPOSAL, "--as", "ada")
    with Path("/dev/full").open("wb") as full, started(address, "export", "-", out=full.fileno()) as process:
        _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert error == b"Error: the standard output can't be written: No space left on device\n"
