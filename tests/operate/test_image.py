"""The Dockerfile."""

import re
import tomllib

from tests.house.sources import PACKAGES
from tests.operate.composing import ROOT, instruction

TEXT = (ROOT / "Dockerfile").read_text()


def test_installs_what_is_locked_by_its_hashes_and_nothing_else() -> None:
    installs = re.findall(r"pip install (.*)", TEXT)
    assert installs == [
        "--no-deps --require-hashes --only-binary :all: -r requirements-traces.lock",
        "--no-deps --no-build-isolation --no-index . && /opt/milepost/bin/pip check",
    ]


def test_copies_what_there_is_and_every_package() -> None:
    copied = [line.split()[1:-1] for line in TEXT.splitlines() if line.startswith("COPY ") and "--from" not in line]
    names = {name for line in copied for name in line}
    assert set(PACKAGES) <= names
    assert all((ROOT / name).exists() for name in names)


def test_is_told_of_everything_that_it_copies() -> None:
    wanted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert wanted == {name for line in re.findall(r"^COPY ([^-].*) \S+$", TEXT, re.MULTILINE) for name in line.split()}


def test_runs_on_the_oldest_python_that_serves() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    [found] = re.findall(r"^ARG PYTHON=python:(\d+\.\d+)-", TEXT, re.MULTILINE)
    assert project["requires-python"] == f">={found}"


def test_runs_as_a_user_of_no_rights() -> None:
    assert instruction("USER") == "10001:10001"


def test_starts_the_command_that_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert instruction("ENTRYPOINT") == f'["{next(iter(project["scripts"]))}"]'
