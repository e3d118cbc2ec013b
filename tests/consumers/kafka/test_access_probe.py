"""Knocking at brokers."""

import socket
from collections.abc import Iterator

import pytest

from consumers.kafka.access_probe import Knocking
from consumers.kafka.client import Brokers
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


def test_says_each_time_that_nobody_opens(nobody: str, caplog: pytest.LogCaptureFixture) -> None:
    with running(Knocking(Brokers(nobody), 0.01).run):
        until(lambda: len(caplog.messages) > 2, "it says so")
    why = f"nothing answers at {nobody} (Connection refused): start Kafka there, or set MILEPOST_KAFKA_BOOTSTRAP"
    assert set(caplog.messages) == {f"Kafka lets nobody in who comes anew: {why}"}


def test_is_content_where_one_of_several_opens(
    nobody: str, somebody: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    knocks: list[str] = []
    tried = socket.create_connection

    def counted(address: tuple[str, int], seconds: float) -> socket.socket:
        knocks.append(f"{address[0]}:{address[1]}")
        return tried(address, seconds)

    monkeypatch.setattr("consumers.kafka.connection_probe.socket.create_connection", counted)
    with running(Knocking(Brokers(f"{nobody},{somebody}"), 0.01).run):
        until(lambda: len(knocks) > 4, "it has knocked")
    assert set(knocks) == {nobody, somebody}
    assert caplog.messages == []


def test_says_once_that_it_is_let_in_again(caplog: pytest.LogCaptureFixture) -> None:
    again = "Kafka lets us in again"
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        with running(Knocking(Brokers(f"127.0.0.1:{door.getsockname()[1]}"), 0.01).run):
            until(lambda: bool(caplog.messages), "it isn't let in")
            assert again not in caplog.messages
            door.listen()
            until(lambda: again in caplog.messages, "it is let in")
    assert caplog.messages.count(again) == 1
