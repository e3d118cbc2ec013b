"""A network that can be cut, held up, slowed down and spoilt: a SOCKS5 proxy (RFC 1928) between clients and brokers."""

import random
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from consumers.kafka.client import KafkaClients

PRODUCE, FETCH = 0, 1  # the keys of the Kafka protocol's requests


@dataclass
class Network:
    """Passes whole requests and replies on. Use it within a `with`."""

    seed: int = 0
    delay: float = 0.0  # seconds for each request and reply
    rate: float | None = None  # bytes a second, each way of each connection
    resets: float = 0.0  # the chance of each reply that its connection is reset instead
    lose: Counter[int] = field(default_factory=Counter[int])
    spoil: Counter[int] = field(default_factory=Counter[int])
    lost: Counter[int] = field(default_factory=Counter[int])

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._flows, self._away, self._closed = threading.Event(), threading.Event(), threading.Event()
        self._flows.set()
        self._links: list[_Link] = []
        self._chance = random.Random(self.seed)

    def __enter__(self) -> "Network":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._closed.set()
        self._flows.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def before(self, brokers: KafkaClients) -> KafkaClients:
        """The same brokers, reached through here."""
        way = f"socks5://127.0.0.1:{self._listener.getsockname()[1]}"
        return replace(brokers, security={**brokers.security, "proxy_url": way})

    def cut(self) -> None:
        """Close every connection, and take no new one until `mend`."""
        self._away.set()
        for link in self._links:
            link.close()
        self._links.clear()

    def hold(self) -> None:
        """Let nothing pass until `mend`, and let nobody notice."""
        self._flows.clear()

    def mend(self) -> None:
        self._away.clear()
        self._flows.set()

    def passes(self, size: int) -> None:
        """Return when so many bytes may pass."""
        waits = self.delay + (size / self.rate if self.rate else 0)
        if waits:
            self._closed.wait(waits)
        self._flows.wait()

    def reply(self, api: int, data: bytes) -> bytes | None:
        """What comes of a reply; None where its connection is to be reset."""
        if self.lose[api] > 0:
            self.lose[api] -= 1
            self.lost[api] += 1
            return None
        if self._chance.random() < self.resets:
            return None
        if self.spoil[api] > 0 and len(data) > 1_000:  # a small one tells of no record
            self.spoil[api] -= 1
            return data[:-20] + bytes([data[-20] ^ 0x10]) + data[-19:]
        return data

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._link, args=(client,), daemon=True).start()

    def _link(self, client: socket.socket) -> None:
        with suppress(OSError, EOFError):
            if self._away.is_set():
                raise EOFError
            link = _Link(self, client, _introduced(client))
            self._links.append(link)
            link.run()
        client.close()


def _introduced(client: socket.socket) -> socket.socket:
    """The connection that a client asks for."""
    _exactly(client, 3)
    client.sendall(b"\x05\x00")
    kind = _exactly(client, 4)[3]
    address = socket.inet_ntop(*((socket.AF_INET, _exactly(client, 4)) if kind == 1 else _six(client)))
    (port,) = struct.unpack("!H", _exactly(client, 2))
    server = socket.create_connection((address, port), timeout=10)
    server.settimeout(None)
    client.sendall(b"\x05\x00\x00\x01" + bytes(6))
    return server


def _six(client: socket.socket) -> tuple[int, bytes]:
    return socket.AF_INET6, _exactly(client, 16)


def _exactly(end: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = end.recv(min(size, 1_048_576))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _messages(end: socket.socket) -> Iterator[bytes]:
    """Whole requests or replies, each with its length before it."""
    while True:
        length = _exactly(end, 4)
        yield length + _exactly(end, int.from_bytes(length))


class _Link:
    """One connection through the network."""

    def __init__(self, network: Network, client: socket.socket, server: socket.socket) -> None:
        self._network, self._client, self._server = network, client, server
        self._asked = deque[int]()

    def run(self) -> None:
        back = threading.Thread(target=self._back, daemon=True)
        back.start()
        try:
            for message in _messages(self._client):
                self._asked.append(int.from_bytes(message[4:6]))
                self._network.passes(len(message))
                self._server.sendall(message)
        finally:
            self.close()
            back.join(10)

    def _back(self) -> None:
        with suppress(OSError, EOFError):
            for message in _messages(self._server):
                self._network.passes(len(message))
                reply = self._network.reply(self._asked.popleft(), message)
                if reply is None:
                    break
                self._client.sendall(reply)
        self.close()

    def close(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
