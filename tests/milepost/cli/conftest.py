"""The command line as people have it: a program with arguments, an exit code, and what it prints."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from milepost.cli import main
from milepost.embedded.postgres.server import Server
from tests.milepost.logs import removed, with_log

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-c", "from milepost.cli import main; main()"]


class Said(NamedTuple):
    """What a run of the program ended with and printed."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


def clean(**more: str) -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if "MILEPOST_" not in name}
    return kept | {"COLUMNS": "200"} | more


def run(*arguments: str, **environment: str) -> Said:
    found = subprocess.run(
        [*PROGRAM, *arguments], cwd=ROOT, env=clean(**environment), capture_output=True, text=True, timeout=100
    )
    return Said(found.returncode, found.stdout, found.stderr)


@pytest.fixture(scope="session")
def address(server: Server) -> Iterator[str]:
    """How the application reaches a database that all tests of the command line share."""
    with removed(with_log(server)) as database:
        yield database.application


def here(*arguments: str, **environment: str) -> Said:
    """The same without a process of its own, which takes a tenth of the time."""
    out, error = StringIO(), StringIO()
    argv, env = (
        patch.object(sys, "argv", ["milepost", *arguments]),
        patch.dict(os.environ, clean(**environment), clear=True),
    )
    with argv, env, redirect_stdout(out), redirect_stderr(error):
        try:
            main()
        except SystemExit as ended:
            return Said(int(ended.code or 0), out.getvalue(), error.getvalue())
    raise AssertionError("a program ends")


@pytest.fixture(scope="session")
def milepost(address: str) -> Run:
    """`milepost("show", "pay-1")` on that database."""
    return lambda *arguments, **environment: here(*arguments, MILEPOST_DATABASE_URL=address, **environment)
