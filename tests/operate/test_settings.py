"""The settings of TLS and passwords, as a process of its own uses them."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from milepost.log.store import Log
from tests.consumers.topics import wait_until_carried
from tests.milepost.servers import until
from tests.operate.securing import Secured

PROGRAM = Path(sys.executable).parent / "milepost"
PASSWORD, WRONG = "the password of relay", "s3cret-and-wrong"


@pytest.fixture
def environment(secured: Secured, log: Log, tmp_path: Path) -> dict[str, str]:
    """What a relay is told that proves itself by a password."""
    topic = f"test.{uuid4().hex}"
    secured.granted(topic)
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text(f"{PASSWORD}\n")
    return {
        "MILEPOST_DATABASE_URL": log.conninfo,
        "MILEPOST_KAFKA_BOOTSTRAP": f"localhost:{secured.by_password}",
        "MILEPOST_KAFKA_TOPIC": topic,
        "MILEPOST_KAFKA_REPLICAS": "1",
        "MILEPOST_KAFKA_SECURITY": "sasl-tls",
        "MILEPOST_KAFKA_CA": str(secured.authority.ca),
        "MILEPOST_KAFKA_USER": "relay",
        "MILEPOST_KAFKA_PASSWORD_FILE": str(password),
    }


@contextmanager
def relaying(environment: dict[str, str], told: Path) -> Generator["subprocess.Popen[bytes]"]:
    """A relay, and the file that holds what it tells."""
    with (
        told.open("wb") as out,
        subprocess.Popen([PROGRAM, "relay"], cwd=told.parent, env=environment, stdout=out, stderr=out) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def test_let_a_relay_prove_itself(environment: dict[str, str], log: Log, tmp_path: Path) -> None:
    told = tmp_path / "told"
    with relaying(environment, told) as process:
        wait_until_carried(log)
    assert process.returncode == 0, told.read_text()
    assert PASSWORD not in told.read_text()


def test_that_are_wrong_are_told_without_the_password(environment: dict[str, str], tmp_path: Path) -> None:
    told, password = tmp_path / "told", Path(environment["MILEPOST_KAFKA_PASSWORD_FILE"])
    password.write_text(WRONG)
    with relaying(environment, told) as process:
        until(lambda: "doesn't accept the user relay or the password" in told.read_text(), 60)
        seen = Path(f"/proc/{process.pid}/cmdline").read_text() + Path(f"/proc/{process.pid}/environ").read_text()
    assert process.returncode == 0
    assert WRONG not in told.read_text() + seen


def test_that_prove_nothing_stop_it_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    told = tmp_path / "told"
    with relaying(environment | {"MILEPOST_KAFKA_SECURITY": "plaintext"}, told) as process:
        assert process.wait(60) == 2
    assert "MILEPOST_KAFKA_CA is set but MILEPOST_KAFKA_SECURITY=plaintext doesn't use it" in told.read_text()
