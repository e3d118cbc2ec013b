"""The probe of Kafka's access."""

import socket
from collections.abc import Iterator

import pytest

from consumers.kafka.diagnostics import AccessProbe
from tests.waiting import running, until


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def somebody() -> Iterator[str]:
    """An address at which connections are taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_access_probe_logs_every_refusal(nobody: str, caplog: pytest.LogCaptureFixture) -> None:
    with running(AccessProbe(nobody, {}, 0.01).run):
        until(lambda: len(caplog.messages) > 2, "it says so")
    why = f"nothing answers at {nobody} (Connection refused): start Kafka there, or set MILEPOST_KAFKA_BOOTSTRAP"
    assert set(caplog.messages) == {f"Kafka refuses new connections: {why}"}


def test_access_probe_logs_nothing_if_one_address_accepts(
    nobody: str, somebody: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    knocks: list[str] = []
    tried = socket.create_connection

    def counted(address: tuple[str, int], seconds: float) -> socket.socket:
        knocks.append(f"{address[0]}:{address[1]}")
        return tried(address, seconds)

    monkeypatch.setattr("consumers.kafka.diagnostics.socket.create_connection", counted)
    with running(AccessProbe(f"{nobody},{somebody}", {}, 0.01).run):
        until(lambda: len(knocks) > 4, "it has knocked")
    assert set(knocks) == {nobody, somebody}
    assert caplog.messages == []


def test_access_probe_logs_once_that_access_is_back(caplog: pytest.LogCaptureFixture) -> None:
    again = "Kafka accepts new connections again"
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        with running(AccessProbe(f"127.0.0.1:{door.getsockname()[1]}", {}, 0.01).run):
            until(lambda: bool(caplog.messages), "it isn't let in")
            assert again not in caplog.messages
            door.listen()
            until(lambda: again in caplog.messages, "it is let in")
    assert caplog.messages.count(again) == 1
