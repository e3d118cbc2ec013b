"""Sending a request to exactly one address: resolved once, no redirect followed, for so long and no longer."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from threading import Event, Timer
from typing import NamedTuple

from milepost.webhooks.addresses import Target

PATIENCE_SECONDS = 10.0


class Unanswered(Exception):
    """No answer came. Says why."""


class WebhookResponse(NamedTuple):
    """What was answered: the status, and the headers by their names in lower case. Its body is never read."""

    status: int
    headers: Mapping[str, str]


def send(target: Target, method: str, headers: Mapping[str, str], body: bytes = b"") -> WebhookResponse:
    """The answer to one request. Raises `Forbidden` or `Unanswered`."""
    address = target.address()
    try:
        with closing(_connected(target, address)) as connected:
            late = Event()
            ending = Timer(PATIENCE_SECONDS, _end, (connected, late))
            ending.start()
            try:
                answer = _answered(connected, target, method, headers, body)
            finally:
                ending.cancel()
    except (OSError, HTTPException) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise Unanswered(f"{target.host} at {address}: {said[:200]}") from error
    if late.is_set():
        raise Unanswered(f"{target.host} at {address}: no whole answer within {PATIENCE_SECONDS:.0f} s")
    return answer


def _connected(target: Target, address: str) -> socket.socket:
    plain = socket.create_connection((address, target.port), timeout=PATIENCE_SECONDS)
    if target.scheme == "http":
        return plain
    secured = ssl.create_default_context()
    return secured.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def _answered(
    connected: socket.socket, target: Target, method: str, headers: Mapping[str, str], body: bytes
) -> WebhookResponse:
    if isinstance(connected, ssl.SSLSocket):
        connected.do_handshake()
    with closing(HTTPConnection(target.host, target.port)) as connection:
        connection.sock = connected
        whole = {"Host": target.authority, "User-Agent": "Milepost", "Connection": "close", **headers}
        connection.request(method, target.path, body, whole)
        response = connection.getresponse()
        return WebhookResponse(response.status, {name.lower(): value for name, value in response.getheaders()})


def _end(connected: socket.socket, late: Event) -> None:
    """Whoever answers drop by drop is not waited for."""
    late.set()  # before: the end looks like that of an answer
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
