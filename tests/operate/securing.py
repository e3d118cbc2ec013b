"""A broker that asks who you are and lets you do what you may: TLS, passwords, certificates and rights."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from consumers.kafka.client import TOPIC, KafkaClients
from consumers.kafka.security import MECHANISM, Security
from consumers.kafka.topic import ensure_topic
from milepost.embedded.kafka import broker_config
from milepost.embedded.kafka.broker_cluster import start
from milepost.embedded.kafka.broker_folder import Broker
from milepost.embedded.kafka.ports import free_port
from tests.brokers import JARS, drop
from tests.certificates import Authority, Identity
from tests.milepost.conftest import reachable

kafka: Any = import_module("kafka.admin")
PAGE = Path(__file__).parents[2] / "docs" / "operate.md"
_ROW = re.compile(r"^\| `(\w+)` \| (topic|groups?) `([^`]+)`[^|]* \| ([^|]+) \|$", re.MULTILINE)


class Right(NamedTuple):
    """One row of the page: who may do what with which topic or group, or with all whose names begin so."""

    principal: str
    kind: str
    name: str
    operations: Sequence[str]


def rights() -> list[Right]:
    """What the page for operators says that each principal needs."""
    return [Right(one, kind, name, may.split(", ")) for one, kind, name, may in _ROW.findall(PAGE.read_text())]


@dataclass(frozen=True)
class Secured:
    """The broker: its addresses for passwords and for certificates, and who signs here."""

    authority: Authority
    operator: Identity
    port: int
    by_password: int
    by_certificate: int

    def brokers(self, user: str, topic: str = TOPIC, password: str = "") -> KafkaClients:
        """How somebody reaches it who has a password."""
        file = self.authority.folder / f"{user}.password"
        file.touch(0o600)
        file.write_text(password or f"the password of {user}")
        security = Security("sasl-tls", ca=str(self.authority.ca), user=user, password_file=str(file))
        return KafkaClients(f"localhost:{self.by_password}", topic, _soon(security))

    def with_certificate(self, own: Identity, topic: str = TOPIC) -> KafkaClients:
        certificate, key = map(str, own)
        security = Security("tls", ca=str(self.authority.ca), certificate=certificate, key=key)
        return KafkaClients(f"localhost:{self.by_certificate}", topic, _soon(security))

    def with_security(self, security: Security, host: str = "localhost") -> KafkaClients:
        """How somebody reaches it by passwords' port who has other settings, or another name for it."""
        return KafkaClients(f"{host}:{self.by_password}", security=_soon(security))

    def anybody(self, topic: str = TOPIC) -> KafkaClients:
        """How somebody reaches it who says nothing of who that is."""
        return KafkaClients(f"127.0.0.1:{self.port}", topic)

    def granted(self, topic: str) -> KafkaClients:
        """A topic of a test's own, with the rights of the page; how its operator reaches it."""
        operating = self.with_certificate(self.operator, topic)
        self.change(lambda admin: admin.create_acls(rules(topic)))
        ensure_topic(operating, replicas=1)
        return operating

    def change(self, work: Callable[[Any], Any]) -> Any:
        """Something that only the operator may."""
        admin = self.with_certificate(self.operator).admin()
        try:
            return work(admin)
        finally:
            admin.close()

    def revoke(self, topic: str, principal: str) -> None:
        theirs = [rule for rule in rules(topic) if rule.principal == f"User:{principal}"]
        self.change(lambda admin: admin.delete_acls(theirs))

    def grant(self, topic: str, principal: str) -> None:
        theirs = [rule for rule in rules(topic) if rule.principal == f"User:{principal}"]
        self.change(lambda admin: admin.create_acls(theirs))

    def set_password(self, user: str, password: str = "") -> None:
        told = kafka.UserScramCredentialUpsertion(user, MECHANISM, password or f"the password of {user}")
        answer = self.change(lambda admin: admin.alter_user_scram_credentials([told]))
        assert answer == {user: None}


def _soon(security: Security) -> dict[str, Any]:
    """The same, for tests that wait in vain."""
    return security.client_settings() | {"bootstrap_timeout_ms": 1_500}


def rules(topic: str) -> list[Any]:
    """The rights of the page as Kafka's own rules, for another topic, and a group that no other test is in."""
    return [
        kafka.ACL(f"User:{one.principal}", "*", _operation(operation), kafka.ACLPermissionType.ALLOW, _of(one, topic))
        for one in rights()
        for operation in one.operations
    ]


def _operation(name: str) -> Any:
    return kafka.ACLOperation[re.sub(r"(?<!^)([A-Z])", r"_\1", name).upper()]


def _of(right: Right, topic: str) -> Any:
    kind = kafka.ResourceType.TOPIC if right.kind == "topic" else kafka.ResourceType.GROUP
    pattern = kafka.ACLResourcePatternType
    how = pattern.PREFIXED if right.kind == "groups" else pattern.LITERAL
    name = right.name.replace(TOPIC, topic)
    return kafka.ResourcePattern(kind, f"{name}.{topic}" if right.kind == "group" else name, how)


@pytest.fixture(scope="session")
def secured(quick: None) -> Iterator[Secured]:
    """The broker, and everybody's password. Without a right nobody may do anything, but for its operator."""
    folder = reachable()
    authority = Authority.new(folder)
    found = Secured(authority, authority.identity("operator"), 0, free_port(), free_port())
    more = "".join(f"{name}={value}\n" for name, value in _properties(found).items())

    def told(broker: Broker, brokers: Sequence[Broker]) -> str:
        return broker_config.properties(broker, brokers) + more + _listeners(broker, found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("milepost.embedded.kafka.broker_process.properties", told)
        running = start(folder / "kafka", JARS, print)
    try:
        found = replace(found, port=running.brokers[0].port)
        for user in {right.principal for right in rights()} | {"stranger"}:
            found.set_password(user)
        yield found
    finally:
        drop(running)
        shutil.rmtree(folder)


def _properties(secured: Secured) -> dict[str, str]:
    authority = secured.authority
    broker, controller = authority.identity("broker", "localhost"), authority.identity("controller", "127.0.0.1")
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": "User:CN=controller;User:CN=operator",
        "sasl.enabled.mechanisms": MECHANISM,
        f"listener.name.password.{MECHANISM.lower()}.sasl.jaas.config":
            "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.ca),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": _store(broker),
        "listener.name.certificate.ssl.client.auth": "required",
        "listener.name.controller.ssl.client.auth": "required",
        "listener.name.controller.ssl.keystore.location": _store(controller),
    }  # fmt: skip


def _store(own: Identity) -> str:
    """Key and certificate in one file, which the broker's user may read."""
    store = own.certificate.with_suffix(".store")
    store.write_bytes(own.key.read_bytes() + own.certificate.read_bytes())
    store.chmod(0o644)
    return str(store)


def _listeners(broker: Broker, secured: Secured) -> str:
    """The embedded broker's own listener stays, for who asks whether it is up; there everybody is anonymous."""
    own, others = f"PLAINTEXT://127.0.0.1:{broker.port}", {"PASSWORD": secured.by_password}
    others["CERTIFICATE"] = secured.by_certificate
    ports = {"CONTROLLER": broker.controller_port} | others
    listeners = [own, *(f"{name}://127.0.0.1:{port}" for name, port in ports.items())]
    advertised = [own, *(f"{name}://localhost:{port}" for name, port in others.items())]
    return (
        f"listeners={','.join(listeners)}\nadvertised.listeners={','.join(advertised)}\n"
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:SSL,PASSWORD:SASL_SSL,CERTIFICATE:SSL\n"
    )
