"""Ports for a broker."""

import random
import socket
from unittest.mock import Mock

import pytest

from milepost.embedded.kafka.metadata_probe import HOST
from milepost.embedded.kafka.ports import free_port, is_free


def test_are_none_that_the_kernel_gives_to_clients() -> None:
    with socket.create_server((HOST, 0)) as listening, socket.create_connection(listening.getsockname()) as client:
        assert max(free_port() for _ in range(100)) < client.getsockname()[1]


def test_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    other = free_port()
    with socket.create_server((HOST, free_port())) as listening:
        taken = listening.getsockname()[1]
        assert not is_free(taken)
        monkeypatch.setattr(random, "randrange", Mock(side_effect=[taken, taken, other]))
        assert free_port() == other
    assert is_free(taken)
