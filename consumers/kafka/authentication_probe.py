"""Proving: says by hand who we are, to hear why Kafka doesn't believe it; the client tries for ever and keeps it quiet.

SaslHandshake, version 1, and SaslAuthenticate, version 0: https://kafka.apache.org/protocol
"""

import socket
import struct
from collections.abc import Mapping
from typing import Any

from kafka.net.sasl.scram import ScramClient

_HANDSHAKE, _AUTHENTICATE = (17, 1), (36, 0)
_LARGEST = 65_536


class Disbelieved(Exception):
    """Kafka doesn't let us in. Says why, and what to do."""


def prove(connection: socket.socket, security: Mapping[str, Any]) -> None:
    """Say who we are. Raises `Disbelieved`, or `OSError` where nobody answers as Kafka does."""
    mechanism, user = security["sasl_mechanism"], security["sasl_plain_username"]
    error, _ = _asked(connection, _HANDSHAKE, struct.pack(">h", len(mechanism)) + mechanism.encode())
    if error:
        raise Disbelieved(f"takes no passwords by {mechanism}: add it to sasl.enabled.mechanisms there")
    client = ScramClient(user, security["sasl_plain_password"], mechanism)
    client.process_server_first_message(_authenticated(connection, client.first_message(), user))
    client.process_server_final_message(_authenticated(connection, client.final_message(), user))


def _authenticated(connection: socket.socket, said: bytes, user: str) -> bytes:
    error, body = _asked(connection, _AUTHENTICATE, struct.pack(">i", len(said)) + said)
    if error:
        raise Disbelieved(f"doesn't accept the user {user} or the password: set both as Kafka knows them")
    [skipped] = struct.unpack_from(">h", body)  # what it says to an error, where there is one
    begin = 2 + max(skipped, 0)
    [length] = struct.unpack_from(">i", body, begin)
    return body[begin + 4 : begin + 4 + length]


def _asked(connection: socket.socket, what: tuple[int, int], body: bytes) -> tuple[int, bytes]:
    """The error's number, 0 for none, and what follows it."""
    request = struct.pack(">hhih", *what, 0, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    [size] = struct.unpack(">i", _read(connection, 4))
    answer = _read(connection, min(size, _LARGEST))
    [error] = struct.unpack_from(">h", answer, 4)
    return error, answer[6:]


def _read(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        if not (more := connection.recv(size - len(found))):
            raise ConnectionResetError("hung up")
        found += more
    return found
