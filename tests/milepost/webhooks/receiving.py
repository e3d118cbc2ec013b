"""A receiver of webhooks on loopback, that answers as a test wants it."""

import base64
import hashlib
import hmac
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from milepost.webhooks.signature import PREFIX


class Got(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """What it got, and what it answers: the next of these, or 204. `meanwhile` is done before, the next each time."""

    port: int = 0
    got: list[Got] = field(default_factory=list[Got])
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list[tuple[int, dict[str, str]]])
    meanwhile: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])
    allowed: dict[str, str] = field(default_factory=lambda: {"WebHook-Allowed-Origin": "*"})

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hook?a=b"

    @property
    def posted(self) -> list[Got]:
        return [one for one in self.got if one.method == "POST"]


@contextmanager
def receiver(secured: ssl.SSLContext | None = None) -> Generator[Receiver]:
    """A receiver that listens, until the end; behind TLS where it has what it takes."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(Got("POST", self.path, {n.lower(): v for n, v in self.headers.items()}, body))
            if found.meanwhile:
                found.meanwhile.pop(0)()
            self._answer(*(found.answers.pop(0) if found.answers else (204, {})))

        def do_OPTIONS(self) -> None:
            found.got.append(Got("OPTIONS", self.path, {n.lower(): v for n, v in self.headers.items()}, b""))
            self._answer(200, found.allowed)

        def _answer(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (as it is called there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    if secured:
        server.socket = secured.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def proven(got: Got, secret: str) -> bool:
    """Whether the signature is that of the body, as a receiver reckons it."""
    message, moment = got.headers["webhook-id"], got.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix(PREFIX))
    proof = hmac.new(key, f"{message}.{moment}.".encode() + got.body, hashlib.sha256).digest()
    return got.headers["webhook-signature"] == f"v1,{base64.b64encode(proof).decode()}"
