"""Security: how Kafka is spoken to, and what proves to each other who both sides are.

TLS from 1.2 on with the host checked, and SCRAM-SHA-512 (RFC 5802) or a certificate of our own for who we are.
Certificates are read again for every connection, so renewing one needs no restart; a password is read once.
"""

import re
import ssl
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

WAYS: Mapping[str, str] = {"plaintext": "PLAINTEXT", "tls": "SSL", "sasl": "SASL_PLAINTEXT", "sasl-tls": "SASL_SSL"}
MECHANISM = "SCRAM-SHA-512"
_OF_TLS, _OF_SASL = ("ca", "certificate", "key"), ("user", "password_file")
_SETTING = "MILEPOST_KAFKA_"
_ADDRESS = re.compile(r"(?P<host>[\w.-]+|\[[\da-fA-F:.]+\]):(?P<port>\d{1,5})", re.ASCII)


class Password(str):
    """Shows itself nowhere by chance: the client writes its settings to its log."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class Unusable(ValueError):
    """What is set can't be used. Names the setting and says what to set; never what a secret is."""


@dataclass(frozen=True)
class Security:
    """What MILEPOST_KAFKA_SECURITY, _CA, _CERTIFICATE, _KEY, _USER and _PASSWORD_FILE say; files by their paths.

    Without `ca` whom the system trusts is trusted.
    """

    way: str = "plaintext"
    ca: str = ""
    certificate: str = ""
    key: str = ""
    user: str = ""
    password_file: str = ""

    def settings(self) -> dict[str, Any]:
        """What `Brokers.security` is. Raises `Unusable` where something is missing, idle, unreadable or open to all."""
        if self.way not in WAYS:
            raise Unusable(f"{_SETTING}SECURITY is {self.way!r}: it is one of {', '.join(WAYS)}")
        tls, sasl = self.way.endswith("tls"), self.way.startswith("sasl")
        self._demand_used(*(() if tls else _OF_TLS), *(() if sasl else _OF_SASL))
        return {"security_protocol": WAYS[self.way], **(self._tls() if tls else {}), **(self._sasl() if sasl else {})}

    def _demand_used(self, *idle: str) -> None:
        for name in idle:
            if getattr(self, name):
                raise Unusable(
                    f"{_SETTING}{name.upper()} is set and {_SETTING}SECURITY is {self.way}, which makes no use of it: "
                    "say sasl-tls, or tls, or take it away"
                )

    def _tls(self) -> dict[str, Any]:
        if bool(self.certificate) != bool(self.key):
            raise Unusable(f"{_SETTING}CERTIFICATE and {_SETTING}KEY belong together: set both, or none")
        found = {
            "ssl_cafile": self.ca and str(_readable("CA", self.ca)),
            "ssl_certfile": self.certificate and str(_readable("CERTIFICATE", self.certificate)),
            "ssl_keyfile": self.key and str(_secret("KEY", self.key)),
        }
        settings: dict[str, Any] = {name: path for name, path in found.items() if path}
        context(settings)
        return settings

    def _sasl(self) -> dict[str, Any]:
        for name in _OF_SASL:
            if not getattr(self, name):
                raise Unusable(f"{_SETTING}{name.upper()} is not set, and {self.way} needs it")
        return {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": _password(_secret("PASSWORD_FILE", self.password_file)),
        }


def context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """The TLS of these settings, as the client makes it. Raises `Unusable` where a file isn't what it should be."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    ca, certificate = settings.get("ssl_cafile"), settings.get("ssl_certfile")
    try:
        if ca:
            made.load_verify_locations(ca)
        else:
            made.load_default_certs()
    except (ssl.SSLError, OSError) as error:
        raise Unusable(f"{_SETTING}CA names {ca}, which holds no certificate in PEM") from error
    if certificate:
        _load(made, certificate, settings["ssl_keyfile"])
    return made


def _load(made: ssl.SSLContext, certificate: str, key: str) -> None:
    def sealed() -> NoReturn:
        raise Unusable(f"{_SETTING}KEY names {key}, which is sealed by a password: give one that is not")

    try:
        made.load_cert_chain(certificate, key, password=sealed)
    except (ssl.SSLError, OSError) as error:
        raise Unusable(
            f"{_SETTING}CERTIFICATE and {_SETTING}KEY name {certificate} and {key}, which are no certificate in PEM "
            "and the key to it"
        ) from error


def _readable(name: str, path: str) -> Path:
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except OSError as error:
        raise Unusable(f"{_SETTING}{name} names {path}, which can't be read: {error.strerror}") from error
    return Path(path)


def _secret(name: str, path: str) -> Path:
    file = _readable(name, path)
    if file.stat().st_mode & stat.S_IRWXO:
        raise Unusable(f"{_SETTING}{name} names {path}, which anyone on this machine may open: `chmod o= {path}`")
    return file


def _password(file: Path) -> Password:
    try:
        lines = file.read_text().splitlines()
    except UnicodeDecodeError as error:
        raise Unusable(f"{_SETTING}PASSWORD_FILE names {file}, which holds no text") from error
    if len(lines) != 1 or not lines[0]:
        raise Unusable(f"{_SETTING}PASSWORD_FILE names {file}, which must hold the password in one line, and no more")
    return Password(lines[0])


def addresses(bootstrap: str) -> Iterator[tuple[str, int]]:
    """The hosts and ports of `host:port,host:port`. Raises `Unusable` where one is neither."""
    for address in bootstrap.split(","):
        found = _ADDRESS.fullmatch(address.strip())
        if not found or not 0 < int(found["port"]) < 65_536:
            raise Unusable(f"{_SETTING}BOOTSTRAP holds {address.strip()!r}: each is host:port, separated by commas")
        yield found["host"].strip("[]"), int(found["port"])
