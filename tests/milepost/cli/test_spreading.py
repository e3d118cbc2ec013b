"""The demonstration in its parts."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from milepost.cli.ending import Stopped
from milepost.cli.spreading import Part
from milepost.kafka.brokers import seen
from milepost.postgres import running
from tests.brokers import JARS
from tests.milepost.cli.conftest import ROOT, clean
from tests.milepost.servers import ended, until

SMALL = "import milepost.cli.simulating as s; s.PROJECTS = 2; from milepost.cli import main; main()"


@pytest.mark.timeout(200)
def test_runs_each_part_says_what_runs_where_and_ends_all(quick: None, folder: Path) -> None:
    environment = clean(MILEPOST_DATA=str(folder / "data"), MILEPOST_KAFKA_JARS=str(JARS))
    with subprocess.Popen(
        [sys.executable, "-c", SMALL, "demo", "--kafka", "--port", "0"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as demo:  # fmt: skip
        assert demo.stdout
        told = "".join(demo.stdout.readline() for _ in range(10))
        address, api = re.findall(r"(http://\S+) \(process (\d+)\)", told)[0]
        processes = [
            int(api),
            *map(int, re.findall(r"process(?:es)? (\d+)", told)),
            *map(int, re.findall(r"and (\d+)", told)),
        ]
        standing = httpx.get(f"{address}/v1/projects", timeout=30).json()
        assert len(standing["projects"]) == 2
        until(lambda: httpx.get(f"{address}/readyz", timeout=30).json()["read_models"]["events_behind"] == 0)
        assert not any(map(ended, processes))
        demo.send_signal(signal.SIGINT)
        assert demo.wait(90) == 0
    assert all(map(ended, processes))
    assert not any(one.alive for one in seen(folder / "demo-kafka" / "kafka"))
    assert running(folder / "demo-kafka" / "data") is None


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
