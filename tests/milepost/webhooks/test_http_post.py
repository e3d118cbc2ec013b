"""Sending a request to exactly one address."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from milepost.webhooks import addresses, http_post
from milepost.webhooks.addresses import Forbidden, target
from milepost.webhooks.http_post import Unanswered, send
from tests.certificates import Authority
from tests.milepost.webhooks.receiving import Receiver, receiver


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Names resolve to these, one after the other, the last for ever; gives what was asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> Iterable[str]:
        asked.append(host)
        return [answers[min(len(asked), len(answers)) - 1]]

    monkeypatch.setattr(addresses, "resolved", resolve)
    return asked


@contextmanager
def answering(how: Callable[[socket.socket], object]) -> Generator[int]:
    """A port on which each connection is answered so."""
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with closing(connection), suppress(OSError):
                    how(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)


def posted(port: int) -> int:
    return send(target(f"http://localhost:{port}/", private="localhost"), "POST", {}, b"x").status


def test_brings_exactly_these_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "127.0.0.1")
    with receiver() as found:
        hook = target(f"http://hooks.internal:{found.port}/a?b=c", private="hooks.internal")
        assert send(hook, "POST", {"Content-Type": "text/x"}, b"\0\xff\r\n").status == 204
    [got] = found.got
    assert (got.method, got.path, got.body) == ("POST", "/a?b=c", b"\0\xff\r\n")
    assert (got.headers["host"], got.headers["content-type"]) == (f"hooks.internal:{found.port}", "text/x")
    assert asked == ["hooks.internal"]


def test_connects_to_what_was_resolved_and_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to another address a moment later leads nowhere else."""
    asked = resolving(monkeypatch, "93.184.215.14", "127.0.0.1")
    reached: list[Any] = []

    def connect(address: Any, timeout: float) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unanswered):
        send(target("https://hooks.example.com/"), "POST", {})
    assert (asked, reached) == (["hooks.example.com"], [("93.184.215.14", 443)])


def test_opens_no_connection_to_a_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "169.254.169.254")
    monkeypatch.setattr(socket, "create_connection", None)
    with pytest.raises(Forbidden, match=r"169\.254\.169\.254"):
        send(target("https://hooks.example.com/"), "POST", {})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_follows_no_redirect(status: int) -> None:
    with receiver() as found, receiver() as elsewhere:
        found.answers = [(status, {"Location": elsewhere.url})]
        assert posted(found.port) == status
    assert (len(found.got), elsewhere.got) == (1, [])


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(500):
        connection.sendall(b"x")
        time.sleep(0.02)


def silence(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


@pytest.mark.parametrize("how", [drip, silence])
def test_waits_so_long_and_no_longer(how: Callable[[socket.socket], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "PATIENCE_SECONDS", 0.3)
    began = time.monotonic()
    with answering(how) as port, pytest.raises(Unanswered):
        posted(port)
    assert time.monotonic() - began < 5


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def test_reads_no_body() -> None:
    with answering(endless) as port:
        assert posted(port) == 200


NO_ANSWERS = {
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
    "half a status": b"HTTP/1.1 2",
    "no status": b"HTTP/1.1 x y\r\n\r\n",
    "a long line": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    "endless asking to go on": b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
}


@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_says_that_something_is_no_answer(said: bytes) -> None:
    def how(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(said)

    with answering(how) as port, pytest.raises(Unanswered, match="localhost at 127"):
        posted(port)


def test_says_that_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unanswered, match="refused"):
        posted(port)


@contextmanager
def secured(folder: Path, *hosts: str) -> Generator[tuple[Receiver, Path]]:
    """A receiver behind TLS, and who signed its certificate."""
    authority = Authority.new(folder)
    identity = authority.identity("hooks", *hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    with receiver(context) as found:
        yield found, authority.ca


def test_speaks_tls_with_who_proves_the_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with secured(tmp_path, "hooks.internal") as (found, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        hook = target(f"https://hooks.internal:{found.port}/", private="hooks.internal")
        assert send(hook, "POST", {}, b"x").status == 204


def test_tells_nothing_to_who_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with secured(tmp_path, "another.internal") as (found, authority):
        hook = target(f"https://hooks.internal:{found.port}/", private="hooks.internal")
        with pytest.raises(Unanswered, match="certificate verify failed"):
            send(hook, "POST", {}, b"x")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        with pytest.raises(Unanswered, match="Hostname mismatch"):
            send(hook, "POST", {}, b"x")
    assert found.got == []


def test_waits_no_longer_for_a_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "PATIENCE_SECONDS", 0.3)
    with answering(silence) as port, pytest.raises(Unanswered):
        send(target(f"https://localhost:{port}/", private="localhost"), "POST", {}, b"x")
