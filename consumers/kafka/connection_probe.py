"""Reaching: why no broker can be reached, found out by trying by hand; the client only tells that it couldn't."""

import socket
import ssl
import struct
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from consumers.kafka.authentication_probe import Disbelieved, prove
from consumers.kafka.security import Unusable, addresses, context

SECONDS = 3.0
ALERT_SECONDS = 1.0
"""So long a broker may take to say that it doesn't like our certificate, which in TLS 1.3 comes after the handshake."""

_HOST_IS_ANOTHER = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


def why_unreached(bootstrap: str, security: Mapping[str, Any]) -> str:
    """The sentence for the first of the addresses that doesn't do, with what to do about it."""
    tried = [_tried(host, port, security) for host, port in addresses(bootstrap)]
    found = next((why for why in tried if why), None)
    return found or (
        f"{bootstrap} takes connections, and the client gets no answer: look whether MILEPOST_KAFKA_SECURITY is what "
        f"is spoken there (now {security.get('security_protocol', 'PLAINTEXT')}), and whether the broker is up"
    )


def why_refused(bootstrap: str, security: Mapping[str, Any]) -> str | None:
    """Why not one of the addresses takes us in, the first one's reason; None where one does, or only doesn't answer."""
    tried = [_tried(host, port, security) for host, port in addresses(bootstrap)]
    return None if None in tried else tried[0]


def _tried(host: str, port: int, security: Mapping[str, Any]) -> str | None:
    at = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), SECONDS)
    except socket.gaierror:
        return f"no machine is called {host}: set MILEPOST_KAFKA_BOOTSTRAP to where Kafka is"
    except OSError as error:
        said = error.strerror or "no answer in time"
        return f"nothing answers at {at} ({said}): start Kafka there, or set MILEPOST_KAFKA_BOOTSTRAP"
    with closing(connection):
        if "SSL" in security.get("security_protocol", ""):
            return _shaken_hands(connection, host, at, security)
        return _believed(connection, at, security)


def _shaken_hands(connection: socket.socket, host: str, at: str, security: Mapping[str, Any]) -> str | None:
    try:
        with context(security).wrap_socket(connection, server_hostname=host) as spoken:
            return _believed(spoken, at, security)
    except Unusable as unusable:
        return str(unusable)
    except ssl.SSLCertVerificationError as error:
        return _mistrusted(error, host, at)
    except (ssl.SSLError, OSError) as error:
        reason = str(getattr(error, "reason", None) or error)
        if "CERTIFICATE" in reason or "UNKNOWN_CA" in reason:
            return (
                f"{at} doesn't accept our certificate ({reason}): set MILEPOST_KAFKA_CERTIFICATE and MILEPOST_KAFKA_KEY"
                " to one that it trusts"
            )
        return f"{at} speaks no TLS that we do ({reason}): look at the port, and at MILEPOST_KAFKA_SECURITY"


def _believed(spoken: socket.socket, at: str, security: Mapping[str, Any]) -> str | None:
    """Whether it lets us in, as far as it says so. Raises `ssl.SSLError` where it doesn't like our certificate."""
    try:
        if "sasl_mechanism" in security:
            prove(spoken, security)
        elif isinstance(spoken, ssl.SSLSocket):
            spoken.settimeout(ALERT_SECONDS)
            spoken.recv(1)  # it says so, or waits for what we have to say
    except Disbelieved as why:
        return f"{at} {why}"
    except ssl.SSLError:
        raise
    except (OSError, ValueError, LookupError, struct.error):  # it doesn't answer, or not as Kafka does
        return None
    return None


def _mistrusted(error: ssl.SSLCertVerificationError, host: str, at: str) -> str:
    if error.verify_code in _HOST_IS_ANOTHER:
        return (
            f"the certificate of {at} is made out to another than {host}: set MILEPOST_KAFKA_BOOTSTRAP to the name "
            "that it carries, or give the broker one with this name"
        )
    if error.verify_code == _EXPIRED:
        return f"the certificate of {at} has expired: renew it on the broker"
    return (
        f"the certificate of {at} is signed by none that we trust ({error.verify_message}): set MILEPOST_KAFKA_CA to "
        "the certificate of who signed it"
    )
