"""Diagnostics of a connection to Kafka."""

import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from consumers.kafka.diagnostics import explain_unreachable
from consumers.kafka.security import Security
from tests.certificates import Authority, Identity


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


def settings(authority: Authority, **more: str) -> dict[str, object]:
    return Security("tls", ca=str(authority.ca), **more).client_settings()


@contextmanager
def listening(own: Identity | None = None, asks_for: Authority | None = None) -> Generator[int]:
    """A port behind which somebody speaks TLS with this identity, or without one hangs up on whatever is said."""
    context = None
    if own:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own.certificate, own.key)
    if context and asks_for:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(asks_for.ca)
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = Thread(target=_answer, args=(server, context), daemon=True)
        answering.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        answering.join(10)


def _answer(server: socket.socket, context: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            connection.settimeout(10)
            with suppress(OSError), connection, _spoken(connection, context) as spoken:
                spoken.recv(1 if context else 4096)


def _spoken(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return context.wrap_socket(connection, server_side=True) if context else connection


def test_diagnostics_names_an_unknown_host() -> None:
    said = explain_unreachable("kafka.invalid:9092", {})
    assert said == "no machine is called kafka.invalid: set MILEPOST_KAFKA_BOOTSTRAP to the address of Kafka"


def test_diagnostics_names_a_refused_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{taken.getsockname()[1]}"
        said = explain_unreachable(at, {})
    assert said.startswith(f"nothing answers at {at} (Connection refused): start Kafka there")


def test_diagnostics_suspects_the_protocol_if_connections_are_accepted() -> None:
    with listening() as port:
        said = explain_unreachable(f"127.0.0.1:{port}", {"security_protocol": "PLAINTEXT"})
    assert "check whether MILEPOST_KAFKA_SECURITY is what the broker expects (now PLAINTEXT)" in said


def test_diagnostics_names_a_failed_tls_handshake(authority: Authority) -> None:
    with listening() as port:
        said = explain_unreachable(f"127.0.0.1:{port}", settings(authority))
    assert said.startswith(f"127.0.0.1:{port} fails the TLS handshake (")


def test_diagnostics_names_an_untrusted_authority(authority: Authority, tmp_path: Path) -> None:
    strange = Authority.new(tmp_path, "stranger").identity("broker", "127.0.0.1")
    with listening(strange) as port:
        said = explain_unreachable(f"127.0.0.1:{port}", settings(authority))
    assert said.startswith(f"the certificate of 127.0.0.1:{port} is signed by no authority that we trust (unable")
    assert said.endswith("set MILEPOST_KAFKA_CA to the certificate of that authority")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_diagnostics_names_a_certificate_of_another_host(host: str, authority: Authority) -> None:
    with listening(authority.identity("broker", host)) as port:
        said = explain_unreachable(f"127.0.0.1:{port}", settings(authority))
    assert said.startswith(f"the certificate of 127.0.0.1:{port} names another host than 127.0.0.1: set")


def test_diagnostics_names_an_expired_certificate(authority: Authority) -> None:
    with listening(authority.identity("broker", "127.0.0.1", days=-1)) as port:
        said = explain_unreachable(f"127.0.0.1:{port}", settings(authority))
    assert said == f"the certificate of 127.0.0.1:{port} has expired: renew it on the broker"


def test_diagnostics_names_a_missing_client_certificate(authority: Authority, tmp_path: Path) -> None:
    broker = authority.identity("broker", "127.0.0.1")
    stranger = Authority.new(tmp_path, "stranger").identity("relay")
    strange = {"certificate": str(stranger.certificate), "key": str(stranger.key)}
    for ours in ({}, strange):
        with listening(broker, asks_for=authority) as port:
            said = explain_unreachable(f"127.0.0.1:{port}", settings(authority, **ours))
        assert said.startswith(f"127.0.0.1:{port} rejects our certificate ("), ours


def test_diagnostics_blames_no_certificate_that_both_sides_accept(authority: Authority) -> None:
    own = authority.identity("relay")
    given = {"certificate": str(own.certificate), "key": str(own.key)}
    with listening(authority.identity("broker", "127.0.0.1"), asks_for=authority) as port:
        said = explain_unreachable(f"127.0.0.1:{port}", settings(authority, **given))
    assert said.startswith(f"127.0.0.1:{port} accepts connections but doesn't answer the Kafka client")


def test_diagnostics_names_a_certificate_file_that_is_gone(authority: Authority) -> None:
    told = settings(authority)
    authority.ca.unlink()
    with listening(authority.identity("broker", "127.0.0.1")) as port:
        said = explain_unreachable(f"127.0.0.1:{port}", told)
    assert said == f"MILEPOST_KAFKA_CA names {authority.ca}, which holds no certificate in PEM format"


def test_diagnostics_explains_the_first_address_that_fails(authority: Authority) -> None:
    with listening() as port:
        said = explain_unreachable(f"127.0.0.1:{port},kafka.invalid:9092", {})
    assert said.startswith("no machine is called kafka.invalid")
