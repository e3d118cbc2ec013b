"""Ports of this machine that are free, and that no client gets by chance."""

import random
import socket
from contextlib import suppress
from pathlib import Path

from milepost.embedded.kafka.metadata_probe import HOST

_FIRST = 10_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A free port below those that the kernel gives to clients.

    From those, a client that tries to reach a broker that is away can be given the broker's own port: it then talks to
    itself, and the broker can't come back.
    """
    while not is_free(port := random.randrange(_FIRST, _end())):  # noqa: S311 - any port will do
        pass
    return port


def _end() -> int:
    with suppress(OSError, ValueError):
        if (first := int(_EPHEMERAL.read_text().split()[0])) > _FIRST + 1000:
            return first
    return 32_768


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Kafka does: a closed connection may linger
        try:
            trying.bind((HOST, port))
        except OSError:
            return False
    return True
