"""The Java for a broker."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.embedded.kafka import KafkaError, java
from milepost.embedded.kafka.broker_user import account_for
from milepost.embedded.kafka.java import java_for
from milepost.embedded.os_user import OsUser


@pytest.fixture
def account(data: Path) -> OsUser:
    return account_for(data)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the package nor the machine has one."""
    monkeypatch.setattr(java, "_packaged", Mock(return_value=None))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")


def made(folder: Path, version: str) -> Path:
    """A program that says it is a Java of this version."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.parents[1].chmod(0o755)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return program


def test_comes_along(account: OsUser, folder: Path) -> None:
    found = java_for(account, folder)
    assert account.run(found, "-version").stdout.startswith('openjdk version "25.')


@pytest.mark.usefixtures("alone")
def test_is_the_machines_where_none_came_along(account: OsUser, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = made(folder / "old", "1.8.0_402"), made(folder / "new", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(old.parents[1]))
    monkeypatch.setenv("PATH", str(new.parent))
    assert java_for(account, folder) == new


@pytest.mark.usefixtures("alone")
def test_is_missed_with_a_way_out(account: OsUser, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(made(folder, "11.0.2").parent))
    with pytest.raises(KafkaError, match=r"no Java 17 or later for the broker: install requirements-broker.lock"):
        java_for(account, folder)


def test_is_copied_to_where_its_user_can_reach_it(
    account: OsUser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = made(folder / "closed" / "java-runtime", "25.0.1")
    really = OsUser.reaches

    def reaches(self: OsUser, path: Path) -> bool:
        return path != closed and really(self, path)

    monkeypatch.setattr(java, "_packaged", Mock(return_value=closed))
    monkeypatch.setattr(OsUser, "reaches", reaches)
    copy = java_for(account, folder)
    assert copy != closed
    assert copy.read_bytes() == closed.read_bytes()
    assert java_for(account, folder) == copy
    assert {path.name for path in folder.iterdir()} == {"closed", copy.parents[1].name}
