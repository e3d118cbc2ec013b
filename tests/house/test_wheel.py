"""The wheel."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.sources import PACKAGES, ROOT, modules, place

BUILD = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder: Path = tmp_path_factory.mktemp("wheel")
    subprocess.run([*BUILD, str(folder)], cwd=ROOT, check=True, timeout=60, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return set(ZipFile(wheel).namelist())


def test_holds_exactly_the_four_packages(names: set[str]) -> None:
    roots = {name.split("/")[0] for name in names}
    assert {root for root in roots if not root.endswith(".dist-info")} == set(PACKAGES)


def test_holds_every_module(names: set[str]) -> None:
    assert {place(path) for path in modules()} <= names


def test_installs_the_command(names: set[str]) -> None:
    assert any(name.endswith("/entry_points.txt") for name in names)
