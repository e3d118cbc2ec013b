"""The Pythons of this machine that Milepost supports. Standard library only, like all that `make installs` runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MINORS = range(11, 15)
PROBE = "import sys, venv, ensurepip; print(*sys.version_info[:3])"


@dataclass(frozen=True, order=True)
class Python:
    """An interpreter that makes environments with a pip."""

    version: tuple[int, int, int]
    path: Path

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


def find_pythons() -> list[Python]:
    """One Python of each minor version from 3.11 to 3.14 that is on PATH or that pyenv keeps, oldest first.

    Of several it is the oldest, since that bundles the oldest pip.
    """
    found = sorted(python for path in set(_candidates()) if (python := _probe(path)))
    oldest = {python.version[:2]: python for python in reversed(found)}
    return sorted(python for (_, minor), python in oldest.items() if minor in MINORS)


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    for folder in os.get_exec_path():
        yield from (Path(folder) / f"python3.{minor}" for minor in MINORS)
    yield from _pyenv_root().glob("versions/3.*/bin/python")


def _pyenv_root() -> Path:
    try:
        return Path(subprocess.run(["pyenv", "root"], capture_output=True, text=True, timeout=10).stdout.strip())
    except FileNotFoundError:
        return Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()


def _probe(path: Path) -> Python | None:
    """The Python at a path; none where there is none, or one that can't run or make environments."""
    try:
        answer = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, timeout=30)
    except OSError:
        return None
    if answer.returncode:
        return None
    major, minor, patch = map(int, answer.stdout.split())
    return Python((major, minor, patch), path)
