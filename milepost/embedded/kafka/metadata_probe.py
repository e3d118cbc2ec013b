"""Asks a broker who is in its cluster: one request of Kafka's protocol, so that a start needs no client library.

Metadata, version 2: https://kafka.apache.org/protocol#The_Messages_Metadata
"""

import socket
import struct
from typing import NamedTuple

HOST = "127.0.0.1"
_METADATA, _VERSION, _CORRELATION = 3, 2, 1
_NO_CLIENT, _NO_TOPICS = -1, 0
_LARGEST = 1 << 20


class MetadataResponse(NamedTuple):
    """The cluster's id, and the ports of the brokers that take part, by their numbers."""

    cluster: str
    ports: dict[int, int]


def asked(port: int, patience: float = 2.0) -> MetadataResponse | None:
    """What the broker behind a port answers; None where none does within so many seconds."""
    body = struct.pack(">hhihi", _METADATA, _VERSION, _CORRELATION, _NO_CLIENT, _NO_TOPICS)
    try:
        with socket.create_connection((HOST, port), patience) as connection, connection.makefile("rb") as reading:
            connection.sendall(struct.pack(">i", len(body)) + body)
            [size] = struct.unpack(">i", reading.read(4))
            return _answer(reading.read(min(size, _LARGEST)))
    except (OSError, struct.error, UnicodeDecodeError):
        return None


def _answer(body: bytes) -> MetadataResponse:
    _, count = struct.unpack_from(">ii", body)
    place, ports = 8, dict[int, int]()
    for _ in range(count):
        [number] = struct.unpack_from(">i", body, place)
        _, place = _text(body, place + 4)
        [ports[number]] = struct.unpack_from(">i", body, place)
        _, place = _text(body, place + 4)
    cluster, _ = _text(body, place)
    return MetadataResponse(cluster, ports)


def _text(body: bytes, place: int) -> tuple[str, int]:
    [length] = struct.unpack_from(">h", body, place)
    end = place + 2 + max(length, 0)  # -1 is none at all: a broker without a rack
    return body[place + 2 : end].decode(), end
