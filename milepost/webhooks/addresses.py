"""Addresses: to where events may be brought, and to where never, whatever a name resolves to."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 2000
_VISIBLE = re.compile("[!-~]+")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind NAT64 (RFC 6052)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]


class Forbidden(ValueError):
    """Nothing is brought there. Says why, and what to do."""


@dataclass(frozen=True)
class Target:
    """Where a webhook leads: scheme, host, port, and the path with its query."""

    scheme: str
    host: str
    port: int
    path: str
    private: bool = False

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"

    def address(self, resolve: Resolve | None = None) -> str:
        """The one address to connect to, resolved now. Raises `Forbidden` where any that it has is not public."""
        try:
            found = list((resolve or resolved)(self.host, self.port))
        except OSError as error:
            raise Forbidden(f"{self.host} has no address: {error}") from error
        for text in found:
            if not self.private and not is_public(ipaddress.ip_address(text.partition("%")[0])):
                raise Forbidden(f"{self.host} is at {text}, which is not public: allow it by name, with --private")
        if not found:
            raise Forbidden(f"{self.host} has no address")
        return found[0]


def target(url: str, private: str | None = None) -> Target:
    """Where an address leads; `private` names the one host that may be at a private address, and spoken to without TLS.

    Raises `Forbidden` for what is no address that a webhook may have.
    """
    if not _VISIBLE.fullmatch(url) or len(url) > LONGEST or "\\" in url:
        raise Forbidden(f"an address has at most {LONGEST:,} visible ASCII characters, and no backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(f"this is no address: {error}") from error
    host = (parts.hostname or "").lower()
    _demand_plain(parts.netloc, parts.fragment, host)
    allowed = private is not None and private.lower().strip("[]") == host
    if parts.scheme != "https" and not (allowed and parts.scheme == "http"):
        raise Forbidden(
            "the address begins with https://; http:// is for a host that is allowed by name, with --private"
        )
    if port == 0:
        raise Forbidden("there is no port 0")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, allowed)


def _demand_plain(netloc: str, fragment: str, host: str) -> None:
    if "@" in netloc:
        raise Forbidden("an address holds no user and no password: put a secret into the signature's key")
    if fragment:
        raise Forbidden("an address has no part behind #: it is never sent")
    if ":" in host:
        if "%" in host:
            raise Forbidden("an address names no network interface")
    elif not _NAME.fullmatch(host):
        raise Forbidden(f"{host[:80]!r} is no host's name")


def resolved(host: str, port: int) -> Sequence[str]:
    """What this machine resolves a name to."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may have it; an IPv4 address inside an IPv6 one counts as itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved
