"""Certificates to test with, of authorities that nobody else trusts."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Identity(NamedTuple):
    """A certificate and the key to it, as files in PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Signs certificates, and keeps them in a folder."""

    folder: Path
    name: str
    key: EllipticCurvePrivateKey
    own: x509.Certificate

    @classmethod
    def new(cls, folder: Path, name: str = "authority") -> "Authority":
        key = generate_private_key(SECP256R1())
        mayor = x509.BasicConstraints(ca=True, path_length=0)
        own = _certificate(name, key).add_extension(mayor, critical=True).issuer_name(_name(name)).sign(key, SHA256())
        found = cls(folder, name, key, own)
        found.ca.write_bytes(own.public_bytes(Encoding.PEM))
        return found

    @property
    def ca(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def identity(self, name: str, *hosts: str, days: int = 1, password: bytes | None = None) -> Identity:
        """A certificate of that name for these hosts, so many days from now; a key that is sealed by a password."""
        key = generate_private_key(SECP256R1())
        told = _certificate(name, key, days).issuer_name(self.own.subject)
        if hosts:
            told = told.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        sealed = BestAvailableEncryption(password) if password else NoEncryption()
        found = Identity(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        found.certificate.write_bytes(told.sign(self.key, SHA256()).public_bytes(Encoding.PEM))
        found.key.touch(0o600)
        found.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
        return found


def _certificate(name: str, key: EllipticCurvePrivateKey, days: int = 1) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(subject_name=_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * DAY)
        .not_valid_after(now + days * DAY)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
