"""A service that is killed under load, again and again."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from milepost.embedded.postgres.server import start
from milepost.log.store import Log
from tests.milepost.log.test_writer import contiguous
from tests.milepost.servers import ended, until
from tests.milepost.serving import PROPOSAL

ROOT = Path(__file__).parents[2]
KILLS, CALLERS = 20, 4
# `milepost serve`, forked from a process that has imported it, so that a life costs no start of an interpreter.
LIVES = """
import os, sys
import domain.commands
from milepost.cli.serve import serve
domain.commands.commands()
for _ in sys.stdin:
    if (child := os.fork()) == 0:
        serve("127.0.0.1", 0)
        os._exit(0)
    print("pid", child, flush=True)
    os.waitpid(child, 0)
"""


@dataclass
class Caller:
    """Somebody who gives batches of two commands to one project, and remembers what was asked and answered."""

    name: str
    asked: list[str] = field(default_factory=list[str])
    answered: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def ask(self, client: httpx.Client, command: str) -> bytes:
        risks = [{"command": "assess-risk", "risk": f"{command}-{n}", "statement": "x"} for n in range(2)]
        headers = {"Milepost-Actor": self.name, "Idempotency-Key": command}
        told = client.post(f"/v1/projects/{self.name}/commands", json={"commands": risks}, headers=headers)
        assert told.status_code == 200, told.text
        return told.content

    def work(self, address: str, dead: Event) -> None:
        with httpx.Client(base_url=address, timeout=20) as client:
            while not dead.is_set():
                command = f"{self.name}-{len(self.asked)}"
                self.asked.append(command)
                try:
                    self.answered[command] = self.ask(client, command)
                except httpx.TransportError:
                    return


def _answered(callers: list[Caller], wanted: int) -> bool:
    return sum(len(caller.answered) for caller in callers) >= wanted


@pytest.fixture
def lives(made: Path) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "MILEPOST_DATA": str(made), "MILEPOST_LOG_NAME": "test/killed"}
    command = [sys.executable, "-c", LIVES]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@contextmanager
def life(lives: "subprocess.Popen[str]") -> Generator[str]:
    """The address of a service that is killed at the end, whatever it does."""
    assert lives.stdin
    assert lives.stdout
    lives.stdin.write("\n")
    lives.stdin.flush()
    told = dict([lives.stdout.readline().rstrip().rsplit(" ", 1) for _ in range(2)])
    pid = int(told["pid"])
    try:
        yield next(said for said in told.values() if said.startswith("http"))
    finally:
        os.kill(pid, signal.SIGKILL)
        until(lambda: ended(pid))


@pytest.mark.timeout(240)
def test_has_all_that_it_answered_whole_and_once(made: Path, lives: "subprocess.Popen[str]") -> None:
    callers = [Caller(f"caller-{number}") for number in range(CALLERS)]
    with start(made, print) as server:
        for kills in range(KILLS):
            with life(lives) as address:
                if not kills:
                    for caller in callers:
                        headers = {"Milepost-Actor": caller.name}
                        httpx.post(
                            f"{address}/v1/projects/{caller.name}/propose-project", json=PROPOSAL, headers=headers
                        )
                dead, wanted = Event(), sum(len(caller.answered) for caller in callers) + 3 + kills
                threads = [Thread(target=caller.work, args=(address, dead)) for caller in callers]
                for thread in threads:
                    thread.start()
                until(partial(_answered, callers, wanted))
            dead.set()
            for thread in threads:
                thread.join(30)
        with life(lives) as address, httpx.Client(base_url=address, timeout=20) as client:
            for caller in callers:
                repeated = {command: caller.ask(client, command) for command in caller.asked}
                assert {command: repeated[command] for command in caller.answered} == caller.answered
        log = Log(server.application_url)
        for caller in callers:
            written = [one.command for one in log.stream(f"project-{caller.name}")[1:]]
            assert sorted(written) == sorted(2 * caller.asked), "each twice: both of its events, and neither again"
        assert contiguous(log)
        log.close()
