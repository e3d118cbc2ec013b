"""An environment made from a lock by the Makefile, in a copy of the project, and what must hold in it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.house.sources import ROOT, tracked
from tests.install.pythons import Python

HERE = Path(__file__).parent
BUNDLED, NEWEST, OLDEST = "bundled", "newest", "22.3"  # 22.3 came with Python 3.11.0, so no older pip has to work


class Lock(NamedTuple):
    """A lock: its file, what the Makefile calls it, the extras it holds, and the modules of those that it lacks."""

    file: str
    target: str
    extras: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


_JGO, _SDK = ("jgo",), ("opentelemetry.sdk", "opentelemetry.exporter")
RUN = Lock("requirements.lock", "run", absent=_JGO + _SDK)
LOCKS = (
    Lock("requirements-dev.lock", "dev", extras=("broker", "traces")),
    Lock("requirements-traces.lock", "traces", extras=("traces",), absent=_JGO),
    Lock("requirements-broker.lock", "broker", extras=("broker",), absent=_SDK),
    RUN,
)


class InstallFailed(Exception):
    """A command that must succeed in an environment failed; the message is its output."""


@dataclass(frozen=True)
class Environment:
    """A lock, and the Python and pip that install it: `bundled`, `newest` or a version."""

    lock: Lock
    python: Python
    pip: str

    def __str__(self) -> str:
        return f"{self.lock.file} on Python {self.python} with pip {self.pip}"

    def check(self, folder: Path) -> None:
        """Install the lock in a copy of the project and look whether the result is whole; else raise InstallFailed."""
        _copy_project(folder)
        program = str(folder / ".venv/bin/python")
        for command in (
            *self._prepare(program),
            ["make", f".venv/{self.lock.target}.stamp", f"PYTHON={self.python.path}"],
            [program, "-m", "pip", "check"],
            [program, str(HERE / "requirements.py"), *self.lock.extras],
            [program, str(HERE / "modules.py"), *self.lock.absent],
            [str(folder / ".venv/bin/milepost"), "--version"],
        ):
            _run(command, folder)

    def _prepare(self, program: str) -> Iterator[list[str]]:
        """The commands that bring another pip than the bundled one; `make` makes the environment where none is."""
        if self.pip != BUNDLED:
            yield [str(self.python.path), "-m", "venv", ".venv"]
            wanted = "pip" if self.pip == NEWEST else f"pip=={self.pip}"
            yield [program, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--upgrade", wanted]


def choose_environments(pythons: list[Python]) -> list[Environment]:
    """The combinations that are tried, the slowest first: eight, and one more for each Python.

    - Each lock with the oldest pip on the oldest Python: old pips read locks differently.
    - Each lock with the newest pip on the newest Python: new Pythons lack wheels, new pips drop options.
    - The lock of `make run` with the bundled pip on every Python: that is what a fresh machine does. The versions
      between the ends get no other lock, since what a package requires changes with a Python once, not back and forth.
    """
    oldest, newest = pythons[0], pythons[-1]
    old_pip = OLDEST if oldest.version < (3, 12) else BUNDLED  # pip 22.3 can't run on Python 3.12
    ends = [Environment(lock, *end) for lock in LOCKS for end in ((oldest, old_pip), (newest, NEWEST))]
    return list(dict.fromkeys([*ends, *(Environment(RUN, python, BUNDLED) for python in pythons)]))


def _copy_project(folder: Path) -> None:
    for path in tracked():
        name = path.relative_to(ROOT)
        if name.parts[0] != "tests":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)


def _run(command: list[str], folder: Path) -> None:
    """Run a command as a user's shell would: the variables of the `make` around this one don't reach it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=folder, env=inherited, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise InstallFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
