"""The demonstration in its parts."""

import fcntl
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from milepost.app.settings import Settings
from milepost.cli.output import Failed
from milepost.cli.shutdown import Stopped
from milepost.demo import demo_distributed
from milepost.demo.demo_distributed import Part, demonstrate_in_parts
from milepost.embedded.file_locks import take
from milepost.embedded.kafka.broker_cluster import seen
from milepost.embedded.postgres.server import running
from tests.brokers import JARS
from tests.milepost.cli.conftest import ROOT, clean
from tests.milepost.servers import ended, until

SMALL = "import milepost.cli.simulate as s; s.PROJECTS = 2; from milepost.cli import main; main()"


@dataclass
class Demonstration:
    """A demonstration that says that it runs: its own process, its parts' processes, and where it is."""

    process: "subprocess.Popen[str]"
    folder: Path
    parts: list[int] = field(default_factory=list[int])
    address: str = ""

    def hear(self) -> None:
        """Read what it tells until the last line; empty lines are its end."""
        assert self.process.stdout
        told = ""
        while "Ctrl-C" not in told:
            line = self.process.stdout.readline()
            assert line, told
            told += line
        [self.address] = re.findall(r"(http://\S+) \(", told)
        self.parts = [
            int(one) for some in re.findall(r"process(?:es)? (\d+(?: and \d+)?)", told) for one in some.split(" and ")
        ]

    @property
    def all_ended(self) -> bool:
        """Whether its parts, its brokers and its database are gone."""
        return (
            all(map(ended, self.parts))
            and not any(one.alive for one in seen(self.folder / "kafka"))
            and running(self.folder / "data") is None
        )


@contextmanager
def demonstrated(folder: Path) -> Generator[Demonstration]:
    environment = clean(MILEPOST_DATA=str(folder / "data"), MILEPOST_KAFKA_JARS=str(JARS))
    with subprocess.Popen(
        [sys.executable, "-c", SMALL, "demo", "--kafka", "--port", "0"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        found = Demonstration(process, folder / "demo-kafka")
        try:
            found.hear()
            yield found
        finally:
            process.kill()


@pytest.mark.timeout(200)
def test_runs_each_part_says_what_runs_where_and_ends_all(quick: None, folder: Path) -> None:
    with demonstrated(folder) as demo:
        standing = httpx.get(f"{demo.address}/v1/projects", timeout=30).json()
        assert len(standing["projects"]) == 2
        until(lambda: httpx.get(f"{demo.address}/readyz", timeout=30).json()["read_models"]["events_behind"] == 0)
        assert len(demo.parts) == 5
        assert not any(map(ended, demo.parts))
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(90) == 0
    assert demo.all_ended


@pytest.mark.timeout(200)
def test_ends_with_one_who_is_killed_and_runs_anew_at_once(quick: None, folder: Path) -> None:
    with demonstrated(folder) as killed:
        killed.process.kill()
    with demonstrated(folder) as again:
        assert all(map(ended, killed.parts))
        assert len(httpx.get(f"{again.address}/v1/projects", timeout=30).json()["projects"]) == 2
        again.process.kill()
    until(lambda: again.all_ended, 60)


def test_is_alone_on_its_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_distributed, "PATIENCE_SECONDS", 0.0)
    (folder / "demo-kafka").mkdir()
    lock = folder / "demo-kafka" / "parts.lock"
    lock.touch()
    taken = take(lock, fcntl.LOCK_EX)
    assert taken
    with taken, pytest.raises(Failed, match="Another demonstration runs"):
        demonstrate_in_parts(Settings(data=folder / "data"), "test")
    assert [one.name for one in (folder / "demo-kafka").iterdir()] == ["parts.lock"]


def test_says_what_a_part_told_that_ended(tmp_path: Path) -> None:
    journal = tmp_path / "relay.jsonl"
    journal.write_text("no such broker\n")
    program = [sys.executable, "-c", "raise SystemExit(3)"]
    told = r"^relay has stopped with code 3; \S+relay.jsonl ends so:\nno such broker$"
    with (
        subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process,
        pytest.raises(Stopped, match=told),
    ):
        Part("relay", process, journal).announced()
