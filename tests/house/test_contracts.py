"""The import contracts: each is kept, and each breaks when it is broken on purpose."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.sources import PACKAGES, ROOT

LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
NAMES: dict[str, str] = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# For each contract the ways to break it: what is added to which files. A file that is not there yet is made.
BREACHES: dict[str, list[Mapping[str, str]]] = {
    "inwards": [
        {"domain/event.py": "import projections"},
        {"projections/__init__.py": "import consumers"},
        {"consumers/__init__.py": "import milepost"},
    ],
    "domain": [
        {"domain/event.py": "import domain.state", "domain/state/__init__.py": ""},
        {"domain/build/__init__.py": "import domain.deploy", "domain/deploy/__init__.py": ""},
        {"domain/controls/__init__.py": "import domain.reviews", "domain/reviews/__init__.py": ""},
        {"domain/stray.py": ""},
    ],
    "consumers": [
        {"consumers/event_log.py": "import consumers.read_models.tables"},
        {"consumers/read_models/tables.py": "import consumers.kafka.topic"},
        {"consumers/stray.py": ""},
    ],
    "subscriber": [
        {"consumers/cloud_event.py": "import domain"},
        {"consumers/inbox/postgres_store.py": "import domain.event"},
        {"consumers/kafka/consumer_loop.py": "import consumers.read_models.apply"},
        {"consumers/kafka/records.py": "import domain.codec"},
    ],
    "psycopg": [
        {"consumers/inbox/event_inbox.py": "import consumers.inbox.postgres_store"},
        {"consumers/kafka/topic.py": "import psycopg"},
    ],
    "machinery": [{"domain/event.py": "import os"}, {"domain/event.py": "import psycopg"}],
    "kafka": [{"milepost/serve.py": "import kafka"}, {"projections/gates.py": "import kafka"}],
    "store": [{"consumers/event_log.py": "import eventsourcing"}, {"milepost/serve.py": "import eventsourcing"}],
    "traces": [{"milepost/log/writer.py": "import opentelemetry"}, {"consumers/event_log.py": "import opentelemetry"}],
    "read-models": [{"projections/left.py": "import projections.right", "projections/right.py": ""}],
    "web": [
        {"milepost/web/api/health.py": "import milepost.web.pages.routes"},
        {"milepost/web/pages/event.py": "import milepost.web.api.events"},
        {
            "milepost/web/pages/event.py": "import milepost.web.openapi",
            "milepost/web/openapi.py": "import milepost.web.api",
        },
    ],
    "auditor": [
        {"milepost/log/verify.py": "import milepost.far", "milepost/far.py": "import psycopg"},
        {"milepost/replay.py": "import consumers"},
        {"domain/ledger/__init__.py": "import kafka"},
    ],
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the packages and their contracts."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add(house: Path, additions: Mapping[str, str]) -> None:
    for name, text in additions.items():
        path = house / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write(f"\n{text}\n")


def verdicts(house: Path, *contracts: str) -> str:
    limits = [f"--contract={contract}" for contract in contracts]
    return subprocess.run([*LINT, *limits], cwd=house, capture_output=True, text=True, timeout=60, check=False).stdout


def test_are_all_broken_below() -> None:
    assert NAMES.keys() == BREACHES.keys(), "a new contract needs a way to break it"


def test_are_kept(house: Path) -> None:
    assert f"Contracts: {len(NAMES)} kept, 0 broken." in verdicts(house)


@pytest.mark.parametrize(("contract", "breach"), [(name, breach) for name, ways in BREACHES.items() for breach in ways])
def test_break(house: Path, contract: str, breach: Mapping[str, str]) -> None:
    add(house, breach)
    assert f"{NAMES[contract]} BROKEN" in verdicts(house, contract)


def test_let_the_log_know_the_store_and_the_consumers_kafka(house: Path) -> None:
    add(house, {"milepost/log/store.py": "import eventsourcing", "consumers/event_log.py": "import kafka"})
    assert "Contracts: 2 kept, 0 broken." in verdicts(house, "store", "kafka")


def test_let_read_models_know_what_a_projection_is(house: Path) -> None:
    add(house, {"projections/left.py": "import projections.projection", "projections/projection.py": ""})
    assert "Contracts: 1 kept, 0 broken." in verdicts(house, "read-models")
