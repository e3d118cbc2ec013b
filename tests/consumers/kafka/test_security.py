"""The security settings of the Kafka clients."""

from pathlib import Path

import pytest

from consumers.kafka.client import KafkaClients
from consumers.kafka.security import InvalidSetting, Security
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
    with pytest.raises(InvalidSetting) as refused:
        Security(**settings).client_settings()
    return str(refused.value)


def test_security_is_plaintext_by_default() -> None:
    assert Security().client_settings() == {"security_protocol": "PLAINTEXT"}


def test_security_sets_scram_over_tls(authority: Authority, tmp_path: Path) -> None:
    password = a_file(tmp_path, f"{PASSWORD}\n", 0o440)
    told = Security("sasl-tls", ca=str(authority.ca), user="relay", password_file=password).client_settings()
    assert told == {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(authority.ca),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "relay",
        "sasl_plain_password": PASSWORD,
    }


def test_security_sets_a_client_certificate(authority: Authority) -> None:
    certificate, key = map(str, authority.identity("relay"))
    told = Security("tls", ca=str(authority.ca), certificate=certificate, key=key).client_settings()
    assert (told["security_protocol"], told["ssl_certfile"], told["ssl_keyfile"]) == ("SSL", certificate, key)


def test_security_trusts_the_authorities_of_the_system_by_default() -> None:
    assert Security("tls").client_settings() == {"security_protocol": "SSL"}


def test_security_shows_no_password(tmp_path: Path) -> None:
    security = Security("sasl", user="relay", password_file=a_file(tmp_path, PASSWORD))
    assert PASSWORD not in repr(security)
    assert PASSWORD not in repr(KafkaClients("localhost:9092", security=security.client_settings()))
    assert PASSWORD not in str(security.client_settings())


def test_security_refuses_an_unknown_protocol() -> None:
    said = "MILEPOST_KAFKA_SECURITY is 'ssl': set one of plaintext, tls, sasl, sasl-tls"
    assert refusal(protocol="ssl") == said


@pytest.mark.parametrize(
    ("protocol", "idle"),
    [("plaintext", "ca"), ("plaintext", "user"), ("plaintext", "password_file"), ("tls", "user"), ("sasl", "ca")],
)
def test_security_refuses_a_setting_that_its_protocol_does_not_use(protocol: str, idle: str) -> None:
    said = f"MILEPOST_KAFKA_{idle.upper()} is set but MILEPOST_KAFKA_SECURITY={protocol} doesn't use it"
    assert refusal(**{"protocol": protocol, idle: "x"}).startswith(said)


@pytest.mark.parametrize("missing", ["user", "password_file"])
def test_security_requires_user_and_password_for_sasl(missing: str, tmp_path: Path) -> None:
    given = {"user": "relay", "password_file": a_file(tmp_path, PASSWORD), missing: ""}
    assert (
        refusal(protocol="sasl", **given)
        == f"MILEPOST_KAFKA_{missing.upper()} is not set, and MILEPOST_KAFKA_SECURITY=sasl needs it"
    )


@pytest.mark.parametrize("text", ["", "\n", "one\ntwo\n", b"\xff\xfe"])
def test_security_refuses_a_password_file_without_exactly_one_line(text: str | bytes, tmp_path: Path) -> None:
    said = refusal(protocol="sasl", user="relay", password_file=a_file(tmp_path, text))
    assert said.startswith("MILEPOST_KAFKA_PASSWORD_FILE names")


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o666])
def test_security_refuses_a_secret_that_every_user_may_read(mode: int, tmp_path: Path) -> None:
    file = a_file(tmp_path, PASSWORD, mode)
    said = refusal(protocol="sasl", user="relay", password_file=file)
    assert said.endswith(f"which every user of this machine may open: `chmod o= {file}`")
    assert PASSWORD not in said


@pytest.mark.parametrize("given", ["certificate", "key"])
def test_security_requires_certificate_and_key_together(given: str, authority: Authority) -> None:
    said = refusal(protocol="tls", **{given: str(getattr(authority.identity("relay"), given))})
    assert said == "MILEPOST_KAFKA_CERTIFICATE and MILEPOST_KAFKA_KEY belong together: set both, or neither"


def test_security_refuses_the_key_of_another_certificate(authority: Authority) -> None:
    ours, others = authority.identity("relay"), authority.identity("projector")
    said = refusal(protocol="tls", certificate=str(ours.certificate), key=str(others.key))
    assert "are not a certificate in PEM format and its key" in said


def test_security_refuses_an_encrypted_key(authority: Authority) -> None:
    ours = authority.identity("relay", password=b"sealed")
    said = refusal(protocol="tls", certificate=str(ours.certificate), key=str(ours.key))
    assert said.endswith("which is encrypted with a password: set a key that is not")


def test_security_names_a_file_that_is_missing_or_no_certificate(tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    assert refusal(protocol="tls", ca=str(missing)).endswith("can't be read: No such file or directory")
    missing.write_text("no certificate")
    assert refusal(protocol="tls", ca=str(missing)).endswith("which holds no certificate in PEM format")
    assert refusal(protocol="tls", ca=str(tmp_path)).endswith("can't be read: Is a directory")


@pytest.mark.parametrize("bootstrap", ["", "kafka", "kafka:", ":9092", "kafka:0", "kafka:65536", "a:1,", "a:1;b:2"])
def test_kafka_clients_refuse_an_address_without_a_valid_port(bootstrap: str) -> None:
    with pytest.raises(InvalidSetting, match="set host:port, separated by commas"):
        KafkaClients(bootstrap)
