"""Diagnostics: why Kafka can't be reached or refuses us, found out with connections of our own.

The Kafka client retries for ever and reports only that it couldn't connect. So a failure is examined by hand: connect,
TLS handshake, and authentication by SaslHandshake (version 1) and SaslAuthenticate (version 0); see
https://kafka.apache.org/protocol. Each cause is a sentence that ends with what to do.
"""

import logging
import socket
import ssl
import struct
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Any

from kafka.net.sasl.scram import ScramClient

from consumers.kafka.security import InvalidSetting, parse_addresses, tls_context

CONNECT_SECONDS = 3.0
ALERT_SECONDS = 1.0
"""How long a broker may take to reject our certificate, which TLS 1.3 does after the handshake."""

PROBE_SECONDS = 30.0
_HOST_MISMATCH = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED
_HANDSHAKE, _AUTHENTICATE = (17, 1), (36, 0)
_LARGEST_RESPONSE = 65_536
_log = logging.getLogger("milepost.kafka")
Security = Mapping[str, Any]


class AuthenticationRefused(Exception):
    """Kafka refuses our user. The message says why and what to do; it follows the broker's address."""


def explain_unreachable(bootstrap: str, security: Security) -> str:
    """Why the client gets no connection: the cause at the first address that has one, with what to do."""
    causes = [_probe(host, port, security) for host, port in parse_addresses(bootstrap)]
    found = next((cause for cause in causes if cause), None)
    return found or (
        f"{bootstrap} accepts connections but doesn't answer the Kafka client: check whether MILEPOST_KAFKA_SECURITY "
        f"is what the broker expects (now {security.get('security_protocol', 'PLAINTEXT')}), and whether it is up"
    )


def explain_refusal(bootstrap: str, security: Security) -> str | None:
    """Why every address refuses a new connection: the cause at the first one; None if any of them accepts."""
    causes = [_probe(host, port, security) for host, port in parse_addresses(bootstrap)]
    return None if None in causes else causes[0]


class AccessProbe:
    """Tries at intervals whether Kafka accepts new connections, and logs an error while it refuses them.

    Without it nothing is logged after a password was changed or a certificate expired: the client retries silently.
    """

    def __init__(self, bootstrap: str, security: Security, seconds: float = PROBE_SECONDS) -> None:
        self._bootstrap, self._security, self._seconds = bootstrap, security, seconds

    def run(self, stop: Event) -> None:
        """Probe until `stop` is set."""
        refused = False
        while not stop.wait(self._seconds):
            cause = explain_refusal(self._bootstrap, self._security)
            if cause:
                _log.error("Kafka refuses new connections: %s", cause)
            elif refused:
                _log.warning("Kafka accepts new connections again")
            refused = cause is not None


@contextmanager
def probing_access(bootstrap: str, security: Security) -> Generator[None]:
    """Run an access probe on a thread of its own within the block."""
    stop = Event()
    probe = AccessProbe(bootstrap, security, PROBE_SECONDS)
    Thread(target=probe.run, args=(stop,), name="kafka-access-probe", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _probe(host: str, port: int, security: Security) -> str | None:
    """Why one address is of no use; None if it accepts us, or doesn't say that it doesn't."""
    address = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), CONNECT_SECONDS)
    except socket.gaierror:
        return f"no machine is called {host}: set MILEPOST_KAFKA_BOOTSTRAP to the address of Kafka"
    except OSError as error:
        reason = error.strerror or "no answer in time"
        return f"nothing answers at {address} ({reason}): start Kafka there, or set MILEPOST_KAFKA_BOOTSTRAP"
    with closing(connection):
        if "SSL" in security.get("security_protocol", ""):
            return _probe_tls(connection, host, address, security)
        return _probe_access(connection, address, security)


def _probe_tls(connection: socket.socket, host: str, address: str, security: Security) -> str | None:
    try:
        with tls_context(security).wrap_socket(connection, server_hostname=host) as encrypted:
            return _probe_access(encrypted, address, security)
    except InvalidSetting as invalid:
        return str(invalid)
    except ssl.SSLCertVerificationError as error:
        return _explain_certificate(error, host, address)
    except (ssl.SSLError, OSError) as error:
        reason = str(getattr(error, "reason", None) or error)
        if "CERTIFICATE" in reason or "UNKNOWN_CA" in reason:
            return (
                f"{address} rejects our certificate ({reason}): set MILEPOST_KAFKA_CERTIFICATE and MILEPOST_KAFKA_KEY "
                "to a pair that it trusts"
            )
        return f"{address} fails the TLS handshake ({reason}): check the port and MILEPOST_KAFKA_SECURITY"


def _probe_access(connection: socket.socket, address: str, security: Security) -> str | None:
    """Whether the broker accepts us, as far as it says so. Raises `ssl.SSLError` if it rejects our certificate."""
    try:
        if "sasl_mechanism" in security:
            authenticate(connection, security)
        elif isinstance(connection, ssl.SSLSocket):
            connection.settimeout(ALERT_SECONDS)
            connection.recv(1)  # an alert raises; a broker that accepts us waits for a request
    except AuthenticationRefused as refused:
        return f"{address} {refused}"
    except ssl.SSLError:
        raise
    except (OSError, ValueError, LookupError, struct.error):  # no answer, or none of Kafka's protocol
        return None
    return None


def _explain_certificate(error: ssl.SSLCertVerificationError, host: str, address: str) -> str:
    if error.verify_code in _HOST_MISMATCH:
        return (
            f"the certificate of {address} names another host than {host}: set MILEPOST_KAFKA_BOOTSTRAP to the name in "
            "the certificate, or give the broker a certificate for this name"
        )
    if error.verify_code == _EXPIRED:
        return f"the certificate of {address} has expired: renew it on the broker"
    return (
        f"the certificate of {address} is signed by no authority that we trust ({error.verify_message}): set "
        "MILEPOST_KAFKA_CA to the certificate of that authority"
    )


def authenticate(connection: socket.socket, security: Security) -> None:
    """Authenticate as the client would. Raises `AuthenticationRefused`, or `OSError` if no Kafka answers."""
    mechanism, user = security["sasl_mechanism"], security["sasl_plain_username"]
    error, _ = _request(connection, _HANDSHAKE, struct.pack(">h", len(mechanism)) + mechanism.encode())
    if error:
        raise AuthenticationRefused(f"doesn't offer {mechanism}: add it to sasl.enabled.mechanisms of the broker")
    client = ScramClient(user, security["sasl_plain_password"], mechanism)
    client.process_server_first_message(_exchange_token(connection, client.first_message(), user))
    client.process_server_final_message(_exchange_token(connection, client.final_message(), user))


def _exchange_token(connection: socket.socket, token: bytes, user: str) -> bytes:
    error, body = _request(connection, _AUTHENTICATE, struct.pack(">i", len(token)) + token)
    if error:
        raise AuthenticationRefused(f"doesn't accept the user {user} or the password: set both as Kafka knows them")
    [message_length] = struct.unpack_from(">h", body)  # of the error's message; -1 for none
    begin = 2 + max(message_length, 0)
    [length] = struct.unpack_from(">i", body, begin)
    return body[begin + 4 : begin + 4 + length]


def _request(connection: socket.socket, api: tuple[int, int], body: bytes) -> tuple[int, bytes]:
    """Send a request of an API key and version; return the error code, 0 for none, and the rest of the response."""
    request = struct.pack(">hhih", *api, 0, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    [size] = struct.unpack(">i", _receive(connection, 4))
    response = _receive(connection, min(size, _LARGEST_RESPONSE))
    [error] = struct.unpack_from(">h", response, 4)
    return error, response[6:]


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        if not (more := connection.recv(size - len(received))):
            raise ConnectionResetError("the broker closed the connection")
        received += more
    return received
