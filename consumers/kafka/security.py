"""Security: the TLS and SASL settings of the Kafka clients, read from Milepost's own settings and checked at start.

TLS from 1.2 on with the host verified; SCRAM-SHA-512 (RFC 5802) or a client certificate for authentication. The client
reads certificates for every connection, so a renewed one needs no restart; a password is read once.
"""

import re
import ssl
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

PROTOCOLS: Mapping[str, str] = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl": "SASL_PLAINTEXT",
    "sasl-tls": "SASL_SSL",
}
"""Kafka's security protocol for each value of MILEPOST_KAFKA_SECURITY."""

MECHANISM = "SCRAM-SHA-512"
_TLS_SETTINGS, _SASL_SETTINGS = ("ca", "certificate", "key"), ("user", "password_file")
_PREFIX = "MILEPOST_KAFKA_"
_ADDRESS = re.compile(r"(?P<host>[\w.-]+|\[[\da-fA-F:.]+\]):(?P<port>\d{1,5})", re.ASCII)


class Password(str):
    """A password that its `repr` doesn't show, since the client logs its settings."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class InvalidSetting(ValueError):
    """A setting can't be used. The message names it and what to set, and never contains a secret."""


@dataclass(frozen=True)
class Security:
    """MILEPOST_KAFKA_SECURITY, _CA, _CERTIFICATE, _KEY, _USER and _PASSWORD_FILE; files are given by their paths.

    Without `ca`, the certificate authorities of the system are trusted.
    """

    protocol: str = "plaintext"
    ca: str = ""
    certificate: str = ""
    key: str = ""
    user: str = ""
    password_file: str = ""

    def client_settings(self) -> dict[str, Any]:
        """The settings of kafka-python. Raises `InvalidSetting` if one is missing, unused, unreadable or unsafe."""
        if self.protocol not in PROTOCOLS:
            raise InvalidSetting(f"{_PREFIX}SECURITY is {self.protocol!r}: set one of {', '.join(PROTOCOLS)}")
        tls, sasl = self.protocol.endswith("tls"), self.protocol.startswith("sasl")
        self._check_unused(*(() if tls else _TLS_SETTINGS), *(() if sasl else _SASL_SETTINGS))
        security_protocol = {"security_protocol": PROTOCOLS[self.protocol]}
        return security_protocol | (self._tls() if tls else {}) | (self._sasl() if sasl else {})

    def _check_unused(self, *names: str) -> None:
        for name in names:
            if getattr(self, name):
                raise InvalidSetting(
                    f"{_PREFIX}{name.upper()} is set but {_PREFIX}SECURITY={self.protocol} doesn't use it: set "
                    f"{_PREFIX}SECURITY to sasl-tls or tls, or unset {_PREFIX}{name.upper()}"
                )

    def _tls(self) -> dict[str, Any]:
        if bool(self.certificate) != bool(self.key):
            raise InvalidSetting(f"{_PREFIX}CERTIFICATE and {_PREFIX}KEY belong together: set both, or neither")
        paths = {
            "ssl_cafile": self.ca and str(_readable("CA", self.ca)),
            "ssl_certfile": self.certificate and str(_readable("CERTIFICATE", self.certificate)),
            "ssl_keyfile": self.key and str(_private("KEY", self.key)),
        }
        settings: dict[str, Any] = {name: path for name, path in paths.items() if path}
        tls_context(settings)
        return settings

    def _sasl(self) -> dict[str, Any]:
        for name in _SASL_SETTINGS:
            if not getattr(self, name):
                raise InvalidSetting(
                    f"{_PREFIX}{name.upper()} is not set, and {_PREFIX}SECURITY={self.protocol} needs it"
                )
        return {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": _read_password(_private("PASSWORD_FILE", self.password_file)),
        }


def tls_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """The TLS context that the client makes of these settings. Raises `InvalidSetting` for a file of the wrong kind."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    ca, certificate = settings.get("ssl_cafile"), settings.get("ssl_certfile")
    try:
        if ca:
            context.load_verify_locations(ca)
        else:
            context.load_default_certs()
    except (ssl.SSLError, OSError) as error:
        raise InvalidSetting(f"{_PREFIX}CA names {ca}, which holds no certificate in PEM format") from error
    if certificate:
        _load_certificate(context, certificate, settings["ssl_keyfile"])
    return context


def _load_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    def refuse_encrypted_key() -> NoReturn:
        raise InvalidSetting(f"{_PREFIX}KEY names {key}, which is encrypted with a password: set a key that is not")

    try:
        context.load_cert_chain(certificate, key, password=refuse_encrypted_key)
    except (ssl.SSLError, OSError) as error:
        raise InvalidSetting(
            f"{_PREFIX}CERTIFICATE and {_PREFIX}KEY name {certificate} and {key}, which are not a certificate in PEM "
            "format and its key"
        ) from error


def _readable(name: str, path: str) -> Path:
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except OSError as error:
        raise InvalidSetting(f"{_PREFIX}{name} names {path}, which can't be read: {error.strerror}") from error
    return Path(path)


def _private(name: str, path: str) -> Path:
    file = _readable(name, path)
    if file.stat().st_mode & stat.S_IRWXO:
        raise InvalidSetting(
            f"{_PREFIX}{name} names {path}, which every user of this machine may open: `chmod o= {path}`"
        )
    return file


def _read_password(file: Path) -> Password:
    try:
        lines = file.read_text().splitlines()
    except UnicodeDecodeError as error:
        raise InvalidSetting(f"{_PREFIX}PASSWORD_FILE names {file}, which is not a text file") from error
    if len(lines) != 1 or not lines[0]:
        raise InvalidSetting(f"{_PREFIX}PASSWORD_FILE names {file}, which must hold the password in its only line")
    return Password(lines[0])


def parse_addresses(bootstrap: str) -> Iterator[tuple[str, int]]:
    """The hosts and ports of `host:port,host:port`. Raises `InvalidSetting` for anything else."""
    for address in bootstrap.split(","):
        found = _ADDRESS.fullmatch(address.strip())
        if not found or not 0 < int(found["port"]) < 65_536:
            raise InvalidSetting(f"{_PREFIX}BOOTSTRAP holds {address.strip()!r}: set host:port, separated by commas")
        yield found["host"].strip("[]"), int(found["port"])
