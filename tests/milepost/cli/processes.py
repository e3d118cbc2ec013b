"""Programs of ours that run beside a test, and end with it."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.milepost.cli.conftest import PROGRAM, ROOT, clean
from tests.milepost.servers import until


@dataclass
class Running:
    """A program: its first line, which it prints once it runs, and what it tells in its journal."""

    process: "subprocess.Popen[str]"
    journal: Path
    line: str = ""

    @property
    def told(self) -> str:
        return self.journal.read_text()

    def tells(self, words: str) -> bool:
        return words in self.told

    def ask(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        os.kill(self.process.pid, number)
        return self.process.wait(30)


@contextmanager
def running(journal: Path, *arguments: str, **environment: str) -> Generator[Running]:
    """`milepost …` as a process of its own."""
    with (
        journal.open("w") as telling,
        subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=ROOT,
            env=clean(**environment),
            stdout=subprocess.PIPE,
            stderr=telling,
            text=True,
        ) as process,
    ):
        assert process.stdout
        found = Running(process, journal)
        try:
            found.line = process.stdout.readline().strip()
            yield found
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()


def wait_for(found: Running, words: str) -> None:
    until(lambda: found.tells(words) or found.process.poll() is not None)
    assert found.tells(words), found.told
