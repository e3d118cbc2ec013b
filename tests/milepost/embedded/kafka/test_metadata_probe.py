"""The question to a broker."""

import socket
import struct
from threading import Thread

import pytest

from milepost.embedded.kafka.broker_cluster import Brokers
from milepost.embedded.kafka.metadata_probe import HOST, MetadataResponse, asked


def answered(reply: bytes) -> MetadataResponse | None:
    """What is understood where something answers so."""
    with socket.create_server((HOST, 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                connection.sendall(reply)

        answering = Thread(target=answer)
        answering.start()
        found = asked(listening.getsockname()[1])
        answering.join()
        return found


def test_is_answered_by_a_broker(broker: Brokers) -> None:
    [one] = broker.brokers
    assert asked(one.port) == MetadataResponse(broker.folder.cluster, {1: one.port})


@pytest.mark.parametrize("reply", [b"", b"\0", b"HTTP/1.1 400 Bad Request\r\n\r\n", struct.pack(">iii", 8, 1, 1 << 30)])
def test_is_not_answered_by_what_is_no_broker(reply: bytes) -> None:
    assert answered(reply) is None


def test_is_not_answered_by_silence() -> None:
    with socket.create_server((HOST, 0)) as listening:
        assert asked(listening.getsockname()[1], patience=0.05) is None


def test_is_not_answered_where_nothing_listens() -> None:
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    assert asked(port) is None
