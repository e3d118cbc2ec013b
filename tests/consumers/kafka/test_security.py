"""Security: settings to what the client is told."""

from pathlib import Path

import pytest

from consumers.kafka.client import Brokers
from consumers.kafka.security import Security, Unusable
from tests.certificates import Authority

PASSWORD = "s3cret-pässword"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


def a_file(folder: Path, text: str | bytes, mode: int = 0o600) -> str:
    file = folder / "password"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return str(file)


def refusal(**settings: str) -> str:
    with pytest.raises(Unusable) as refused:
        Security(**settings).settings()
    return str(refused.value)


def test_is_none_unless_it_is_asked_for() -> None:
    assert Security().settings() == {"security_protocol": "PLAINTEXT"}


def test_gives_a_password_by_scram_over_tls(authority: Authority, tmp_path: Path) -> None:
    password = a_file(tmp_path, f"{PASSWORD}\n", 0o440)
    told = Security("sasl-tls", ca=str(authority.ca), user="relay", password_file=password).settings()
    assert told == {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(authority.ca),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "relay",
        "sasl_plain_password": PASSWORD,
    }


def test_gives_a_certificate_of_our_own(authority: Authority) -> None:
    certificate, key = map(str, authority.identity("relay"))
    told = Security("tls", ca=str(authority.ca), certificate=certificate, key=key).settings()
    assert (told["security_protocol"], told["ssl_certfile"], told["ssl_keyfile"]) == ("SSL", certificate, key)


def test_trusts_whom_the_system_trusts_where_nobody_else_is_named() -> None:
    assert Security("tls").settings() == {"security_protocol": "SSL"}


def test_shows_no_password(tmp_path: Path) -> None:
    security = Security("sasl", user="relay", password_file=a_file(tmp_path, PASSWORD))
    assert PASSWORD not in repr(security)
    assert PASSWORD not in repr(Brokers("localhost:9092", security=security.settings()))
    assert PASSWORD not in str(security.settings())


def test_is_one_of_four_ways() -> None:
    said = "MILEPOST_KAFKA_SECURITY is 'ssl': it is one of plaintext, tls, sasl, sasl-tls"
    assert refusal(way="ssl") == said


@pytest.mark.parametrize(
    ("way", "idle"),
    [("plaintext", "ca"), ("plaintext", "user"), ("plaintext", "password_file"), ("tls", "user"), ("sasl", "ca")],
)
def test_refuses_what_its_way_would_leave_unused(way: str, idle: str) -> None:
    said = f"MILEPOST_KAFKA_{idle.upper()} is set and MILEPOST_KAFKA_SECURITY is {way}, which makes no use of it"
    assert refusal(**{"way": way, idle: "x"}).startswith(said)


@pytest.mark.parametrize("missing", ["user", "password_file"])
def test_needs_a_user_and_a_password(missing: str, tmp_path: Path) -> None:
    given = {"user": "relay", "password_file": a_file(tmp_path, PASSWORD), missing: ""}
    assert refusal(way="sasl", **given) == f"MILEPOST_KAFKA_{missing.upper()} is not set, and sasl needs it"


@pytest.mark.parametrize("text", ["", "\n", "one\ntwo\n", b"\xff\xfe"])
def test_takes_a_password_in_one_line_alone(text: str | bytes, tmp_path: Path) -> None:
    said = refusal(way="sasl", user="relay", password_file=a_file(tmp_path, text))
    assert said.startswith("MILEPOST_KAFKA_PASSWORD_FILE names")


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o666])
def test_refuses_a_secret_that_anyone_may_open(mode: int, tmp_path: Path) -> None:
    file = a_file(tmp_path, PASSWORD, mode)
    said = refusal(way="sasl", user="relay", password_file=file)
    assert said.endswith(f"which anyone on this machine may open: `chmod o= {file}`")
    assert PASSWORD not in said


@pytest.mark.parametrize("given", ["certificate", "key"])
def test_needs_a_key_to_its_certificate(given: str, authority: Authority) -> None:
    said = refusal(way="tls", **{given: str(getattr(authority.identity("relay"), given))})
    assert said == "MILEPOST_KAFKA_CERTIFICATE and MILEPOST_KAFKA_KEY belong together: set both, or none"


def test_needs_the_key_to_this_certificate(authority: Authority) -> None:
    ours, others = authority.identity("relay"), authority.identity("projector")
    said = refusal(way="tls", certificate=str(ours.certificate), key=str(others.key))
    assert "are no certificate in PEM and the key to it" in said


def test_asks_nobody_for_the_password_of_a_key(authority: Authority) -> None:
    ours = authority.identity("relay", password=b"sealed")
    said = refusal(way="tls", certificate=str(ours.certificate), key=str(ours.key))
    assert said.endswith("which is sealed by a password: give one that is not")


def test_names_a_file_that_is_not_there_and_one_that_is_something_else(tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    assert refusal(way="tls", ca=str(missing)).endswith("can't be read: No such file or directory")
    missing.write_text("no certificate")
    assert refusal(way="tls", ca=str(missing)).endswith("which holds no certificate in PEM")
    assert refusal(way="tls", ca=str(tmp_path)).endswith("can't be read: Is a directory")


@pytest.mark.parametrize("bootstrap", ["", "kafka", "kafka:", ":9092", "kafka:0", "kafka:65536", "a:1,", "a:1;b:2"])
def test_takes_addresses_with_their_ports(bootstrap: str) -> None:
    with pytest.raises(Unusable, match="each is host:port, separated by commas"):
        Brokers(bootstrap)
