"""Rights: what each principal may do works, what it may not is refused with a sentence."""

import gc
import logging
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from consumers.event_log import Unreachable
from consumers.kafka.client import KafkaClients, explain_error
from consumers.kafka.diagnostics import AccessProbe
from consumers.kafka.kafka_health import check_kafka
from consumers.kafka.lease import read_relay_state
from consumers.kafka.security import Security
from consumers.kafka.topic import ensure_topic
from consumers.kafka.topic_follower import follow_topic
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.consumers.telling import Telling
from tests.consumers.topics import records_in, relay_of
from tests.consumers.ways import wait_until_reflected
from tests.operate.securing import Secured, kafka, rights, rules
from tests.projections.histories import eventful
from tests.waiting import running, until

# The client leaves a socket to the garbage collector where TLS fails; so it is collected before the next test.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")


@pytest.fixture
def topic() -> str:
    return f"test.{uuid4().hex}"


def written(brokers: KafkaClients) -> None:
    producer = brokers.producer(max_block_ms=3_000)
    try:
        producer.send(brokers.topic, b"forged", partition=0).get(timeout=10)
    finally:
        producer.close(timeout=0)


def read(brokers: KafkaClients) -> None:
    consumer = brokers.consumer()
    try:
        place = TopicPartition(brokers.topic, 0)
        consumer.assign([place])
        consumer.seek(place, consumer.end_offsets([place])[place] - 1)
        until(lambda: bool(consumer.poll(timeout_ms=200)), "a record is read", 10)
    finally:
        consumer.close(autocommit=False)


def has_a_share(consumer: KafkaConsumer) -> bool:
    consumer.poll(timeout_ms=200)
    return bool(consumer.assignment())


def heard_as(group: str) -> Callable[[KafkaClients], None]:
    def heard(brokers: KafkaClients) -> None:
        consumer = brokers.consumer(group.replace("TOPIC", brokers.topic), auto_offset_reset="earliest")
        try:
            consumer.subscribe([brokers.topic])
            until(lambda: has_a_share(consumer), "it has a share")
        finally:
            consumer.close(autocommit=False, timeout_ms=5_000)

    return heard


def administered(work: Callable[[Any, str], Any]) -> Callable[[KafkaClients], None]:
    def done(brokers: KafkaClients) -> None:
        admin = brokers.admin()
        try:
            answer = work(admin, brokers.topic)
        finally:
            admin.close()
        if isinstance(answer, dict) and "failed" in answer:
            failed = cast("dict[str, list[type[KafkaError]]]", answer)["failed"]
            for error in failed:
                raise error

    return done


def altered(admin: Any, topic: str) -> Any:
    config = kafka.ConfigResource(kafka.ConfigResourceType.TOPIC, topic, {"retention.ms": "1000"})
    [[error]] = [list(found.values()) for found in admin.alter_configs([config], raise_on_unknown=False).values()]
    return {"failed": [TopicAuthorizationFailedError] if "AUTHORIZATION" in str(error).upper() else []}


def made_another(admin: Any, topic: str) -> Any:
    return admin.create_topics({f"{topic}.other": {"num_partitions": 1, "replication_factor": 1}})


ANYBODY = kafka.ACL(
    "User:*",
    "*",
    kafka.ACLOperation.ALL,
    kafka.ACLPermissionType.ALLOW,
    kafka.ResourcePattern(kafka.ResourceType.GROUP, "nobody's"),
)
ACTS: dict[str, Callable[[KafkaClients], None]] = {
    "write": written,
    "read": read,
    "take part in the projectors' groups": heard_as("TOPIC.projects"),
    "take part in a group of its own": heard_as("subscriber.TOPIC"),
    "take part in another group": heard_as("others.TOPIC"),
    "make another topic": administered(made_another),
    "alter the topic": administered(altered),
    "add partitions": administered(lambda admin, topic: admin.create_partitions({topic: 13})),
    "delete records": administered(lambda admin, topic: admin.delete_records({TopicPartition(topic, 0): 1})),
    "give rights": administered(lambda admin, topic: admin.create_acls([ANYBODY])),
    "delete the topic": administered(lambda admin, topic: admin.delete_topics([topic])),
}


def refused(act: Callable[[KafkaClients], None], brokers: KafkaClients) -> str | None:
    """The sentence with which it is refused; None where it works."""
    try:
        act(brokers)
    except KafkaError as error:
        return explain_error(error, brokers)
    return None


MAY = {
    "relay": {"write", "read"},
    "projector": {"read", "take part in the projectors' groups"},
    "subscriber": {"read", "take part in a group of its own"},
    "stranger": set[str](),
}


@pytest.mark.parametrize("user", MAY)
def test_are_what_the_page_says_and_nothing_more(user: str, secured: Secured, topic: str) -> None:
    written(secured.granted(topic))
    brokers = secured.brokers(user, topic)
    said = {name: refused(act, brokers) for name, act in ACTS.items()}
    assert {name for name, why in said.items() if why is None} == MAY[user]
    unseen = f"has no such topic, or none that the user {user} may see"  # Kafka doesn't tell which
    for why in filter(None, said.values()):
        assert f"refuses the user {user} (" in why or unseen in why, why


def test_of_everything_are_the_operators_who_proves_it_by_a_certificate(secured: Secured, topic: str) -> None:
    operating = secured.granted(topic)
    assert {name: why for name, act in ACTS.items() if (why := refused(act, operating))} == {}


def test_are_none_for_who_does_not_say_who_it_is(secured: Secured, topic: str) -> None:
    written(secured.granted(topic))
    assert all(refused(act, secured.anybody(topic)) for act in ACTS.values())


def test_are_each_principals_of_the_page() -> None:
    assert {right.principal for right in rights()} == {"relay", "projector", "subscriber"}


def test_of_the_page_are_enough_to_carry_a_log_and_hear_it(
    secured: Secured, topic: str, log: Log, telling: Telling
) -> None:
    secured.change(lambda admin: admin.create_acls(rules(topic)))
    telling.tell({f"project-{n}": eventful() for n in range(3)})
    feed, projecting = LogFeed(log), secured.brokers("projector", topic)
    members = [follow_topic(log.conninfo, feed.source, feed, projecting, [one]) for one in projections()]
    with running(relay_of(log, secured.brokers("relay", topic)).run, *(member.run for member in members)):
        wait_until_reflected(log)
        until(
            lambda: all(one.is_healthy for one in check_kafka(projecting, projections(), 1)), "the doctor may look too"
        )
    assert len(records_in(secured.brokers("subscriber", topic))) == log.head().position


def test_that_are_revoked_stop_both_with_a_sentence_until_they_are_back(
    secured: Secured, topic: str, log: Log, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    secured.granted(topic)
    feed, projecting = LogFeed(log), secured.brokers("projector", topic)
    members = [follow_topic(log.conninfo, feed.source, feed, projecting, [one]) for one in projections()]
    relay = relay_of(log, secured.brokers("relay", topic))
    with running(relay.run, *(member.run for member in members)), caplog.at_level(logging.WARNING, "milepost"):
        wait_until_reflected(log)
        for user in ("relay", "projector"):
            secured.revoke(topic, user)
        telling.tell({"project-a": eventful()})
        sentences = {f"refuses the user {user} (" for user in ("relay", "projector")}
        until(lambda: all(one in caplog.text for one in sentences), "both say so", 60)
        assert position(log) < log.head().position
        for user in ("relay", "projector"):
            secured.grant(topic, user)
        wait_until_reflected(log)
    assert len(records_in(secured.brokers("subscriber", topic))) == log.head().position


def position(log: Log) -> int:
    with connect(log.conninfo) as connection:
        return read_relay_state(connection, str(LogFeed(log).source)).position


def said(brokers: KafkaClients) -> str:
    """What somebody is told who can't even reach it."""
    with pytest.raises(Unreachable) as told:
        ensure_topic(brokers, replicas=1)
    gc.collect()
    return str(told.value)


def test_are_not_even_asked_for_with_a_wrong_password(secured: Secured, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        told = said(secured.brokers("relay", password="a wr0ng one"))
    assert told.endswith("doesn't accept the user relay or the password: set both as Kafka knows them")
    assert "a wr0ng one" not in told + caplog.text


def test_are_not_even_asked_for_where_the_certificate_is_of_another_host(secured: Secured) -> None:
    brokers = secured.brokers("relay")
    elsewhere = KafkaClients(f"127.0.0.1:{secured.by_password}", security=brokers.security)
    assert "names another host than 127.0.0.1" in said(elsewhere)


def test_are_not_even_asked_for_where_nobody_trusted_signed(secured: Secured) -> None:
    brokers = secured.brokers("relay")
    trusting = {name: value for name, value in brokers.security.items() if name != "ssl_cafile"}
    assert "is signed by no authority that we trust" in said(KafkaClients(brokers.bootstrap, security=trusting))


def test_are_not_even_asked_for_without_tls_or_a_certificate(secured: Secured) -> None:
    told = said(secured.with_security(Security()))
    assert "check whether MILEPOST_KAFKA_SECURITY is what the broker expects (now PLAINTEXT)" in told
    nameless = Security("tls", ca=str(secured.authority.ca)).client_settings() | {"bootstrap_timeout_ms": 1_500}
    told = said(KafkaClients(f"localhost:{secured.by_certificate}", security=nameless))
    assert "rejects our certificate" in told


def test_hold_again_after_a_password_was_changed(secured: Secured, topic: str) -> None:
    secured.granted(topic)
    before, after = secured.brokers("subscriber", topic), secured.brokers("subscriber", topic, password="another")
    secured.set_password("subscriber", "another")
    try:
        until(lambda: refused(heard_as("subscriber.TOPIC"), after) is None, "the change has reached the broker", 30)
        assert "doesn't accept the user subscriber or the password" in said(before)
    finally:
        secured.set_password("subscriber")


def test_are_known_to_be_gone_while_a_process_runs(secured: Secured, caplog: pytest.LogCaptureFixture) -> None:
    refusal = "Kafka refuses new connections: localhost:"
    brokers = secured.brokers("subscriber")
    with running(AccessProbe(brokers.bootstrap, brokers.security, 0.2).run):
        secured.set_password("subscriber", "another")
        try:
            until(lambda: any(one.startswith(refusal) for one in caplog.messages), "it says so", 30)
        finally:
            secured.set_password("subscriber")
        until(lambda: "Kafka accepts new connections again" in caplog.messages, "it is let in again", 30)
    assert any("doesn't accept the user subscriber or the password" in one for one in caplog.messages)


def test_show_in_no_error_what_proves_them(secured: Secured) -> None:
    error = KafkaError("anything")
    brokers = secured.brokers("relay")
    assert brokers.security["sasl_plain_password"] not in repr(brokers) + explain_error(error, brokers)
