"""An install depends on the lock alone: a newer release of a locked package changes nothing."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT
from tests.install.index import serve_index, write_wheel
from tests.install.pythons import Python, find_pythons

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1.0"
dependencies = ["alpha"]
"""


PYTHONS = find_pythons()

pytestmark = pytest.mark.timeout(300)  # making an environment takes a minute where the machine is busy


def write_releases(packages: Path, version: str) -> list[str]:
    """Release three packages: `alpha` requires an extra of `beta`, which requires `gamma`; their lines in a lock."""
    return [
        write_wheel(packages, "alpha", version, requires=["beta[more]>=1"]),
        write_wheel(packages, "beta", version, requires=["gamma>=1; extra == 'more'"], extras=["more"]),
        write_wheel(packages, "gamma", version),
    ]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return tmp_path / "packages"


@pytest.fixture
def index(packages: Path) -> Iterator[str]:
    """The address of an index with all packages."""
    packages.mkdir()
    with serve_index(packages) as address:
        yield address


@pytest.fixture
def project(tmp_path: Path, packages: Path, index: str) -> Path:
    """A tiny project with our Makefile, and a lock of releases that are no longer the newest."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(Path(__file__).with_name("backend.py"), folder)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "requirements.lock").write_text("\n".join(write_releases(packages, "1.0")))
    write_releases(packages, "2.0")
    return folder


def make(project: Path, index: str, python: Python) -> subprocess.CompletedProcess[str]:
    """Install the lock of a project by the Makefile, with the pip that a Python bundles."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE"))}
    settings = {"PIP_INDEX_URL": index, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    command = ["make", ".venv/run.stamp", f"PYTHON={python.path}"]
    return subprocess.run(command, cwd=project, env=inherited | settings, capture_output=True, text=True, timeout=250)


def installed(project: Path) -> dict[str, str]:
    """The version of each package in a project's environment, but for those of pip itself."""
    pip = [str(project / ".venv/bin/python"), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    listed = json.loads(subprocess.run(pip, check=True, capture_output=True, timeout=60).stdout)
    return {found["name"]: found["version"] for found in listed if found["name"] not in ("pip", "setuptools")}


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_newer_releases_of_locked_packages_are_not_installed(project: Path, index: str, python: Python) -> None:
    done = make(project, index, python)
    assert done.returncode == 0, done.stdout + done.stderr
    assert installed(project) == {"alpha": "1.0", "beta": "1.0", "gamma": "1.0", "tiny": "1.0"}


def test_a_package_that_the_lock_lacks_fails_the_install(project: Path, index: str) -> None:
    lock = project / "requirements.lock"
    lock.write_text("\n".join(line for line in lock.read_text().splitlines() if "beta" not in line))
    done = make(project, index, PYTHONS[0])
    assert done.returncode
    assert "alpha 1.0 requires beta, which is not installed" in done.stdout


def test_a_package_with_another_hash_is_not_installed(project: Path, packages: Path, index: str) -> None:
    write_wheel(packages, "gamma", "1.0", requires=["alpha"])
    done = make(project, index, PYTHONS[0])
    assert done.returncode
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
