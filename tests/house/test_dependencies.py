"""Dependencies: what is imported is declared, and what is declared is imported. `make lint` runs deptry to say so."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import PACKAGES, ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text()
IGNORED = shutil.ignore_patterns("__pycache__")
EXEMPTIONS = "[tool.deptry.per_rule_ignores]"


def arguments_of_lint() -> list[list[str]]:
    """What `make lint` gives to deptry: first for the packages, then also for tests and benchmarks."""
    make = ["make", "--dry-run", "lint"]
    printed = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout
    return [shlex.split(found) for found in re.findall(r"bin/deptry (.*?) \|\|", printed)]


OF_PACKAGES, OF_TESTS = arguments_of_lint()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project, with a pyproject.toml of its own and room for more modules."""
    for folder in (*PACKAGES, "tests", "bench"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=IGNORED)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return tmp_path


def issues(project: Path, arguments: list[str]) -> set[tuple[str, str]]:
    """Deptry's findings in a project: each a rule and the package or module that breaks it."""
    report = project / "report.json"
    deptry = [sys.executable, "-m", "deptry", *arguments, "--json-output", str(report)]
    done = subprocess.run(deptry, cwd=project, capture_output=True, text=True, timeout=100)
    assert report.exists(), f"{done.stderr}deptry made no report: `make .venv/dev.stamp` installs what the lock says"
    found: list[Mapping[str, Any]] = json.loads(report.read_text())
    return {(issue["error"]["code"], issue["module"]) for issue in found}


def declare(project: Path, places: Iterable[str]) -> None:
    """Declare packages in named lists of pyproject.toml, one in each."""
    text = PYPROJECT
    for number, place in enumerate(places):
        assert f"\n{place} = [" in text
        text = text.replace(f"\n{place} = [", f'\n{place} = ["unused{number}", ', 1)
    (project / "pyproject.toml").write_text(text)


def test_dependencies_of_the_packages_are_those_that_they_import(project: Path) -> None:
    assert issues(project, OF_PACKAGES) == set()


def test_dependencies_of_the_tests_are_those_that_they_import(project: Path) -> None:
    assert issues(project, OF_TESTS) == set()


def test_an_import_that_the_packages_do_not_declare_is_found(project: Path) -> None:
    (project / "milepost/stray.py").write_text("import nowhere, mdurl, pytest\n")
    assert issues(project, OF_PACKAGES) == {("DEP001", "nowhere"), ("DEP003", "mdurl"), ("DEP004", "pytest")}


def test_an_import_that_the_tests_do_not_declare_is_found(project: Path) -> None:
    (project / "tests/stray.py").write_text("import nowhere, mdurl\n")
    assert issues(project, OF_TESTS) == {("DEP001", "nowhere"), ("DEP003", "mdurl")}


def test_a_dependency_of_the_packages_that_nothing_imports_is_found(project: Path) -> None:
    declare(project, ["dependencies", "traces", "dev"])
    assert issues(project, OF_PACKAGES) == {("DEP002", "unused0"), ("DEP002", "unused1")}


def test_a_dependency_of_the_tests_that_nothing_imports_is_found(project: Path) -> None:
    declare(project, ["build", "dev"])
    assert issues(project, OF_TESTS) == {("DEP002", "unused0"), ("DEP002", "unused1")}


def test_each_exemption_is_needed(project: Path) -> None:
    (project / "pyproject.toml").write_text(PYPROJECT.replace(EXEMPTIONS, "[tool.unread]"))
    exempt = tomllib.loads(PYPROJECT)["tool"]["deptry"]["per_rule_ignores"]
    assert issues(project, OF_TESTS) == {(rule, name) for rule, names in exempt.items() for name in names}
