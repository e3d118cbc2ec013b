"""The client's own faults, as they were measured: what is built around them must hold as long as they are there.

Where a test of the bare client fails, the client was mended: then what stands against that fault may go.
"""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from threading import enumerate as threads
from time import monotonic
from typing import Any, cast

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from consumers.kafka.client import KafkaClients, force_close
from consumers.kafka.topic import ensure_topic
from milepost.log.store import Log
from tests.chaos.network import Network
from tests.consumers.telling import Telling
from tests.consumers.topics import positions, records_in, relay_of, wait_until_carried
from tests.projections.histories import eventful
from tests.waiting import running, until

HASTY = {"request_timeout_ms": 700, "retry_backoff_ms": 50, "reconnect_backoff_ms": 50, "linger_ms": 0}
GIVES_UP = {**HASTY, "delivery_timeout_ms": 1_500}


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as between:
        yield between


@pytest.fixture
def far(network: Network, brokers: KafkaClients) -> KafkaClients:
    """The brokers behind a network that can be cut."""
    ensure_topic(brokers, replicas=1)
    return network.before(brokers)


def send_into_an_outage(producer: KafkaProducer, network: Network, topic: str) -> Any:
    """A record that is under way when the network goes."""
    producer.send(topic, b"before", partition=0).get(timeout=20)
    network.hold()
    sent = producer.send(topic, b"into the outage", partition=0)
    until(lambda: not cast("Any", producer)._accumulator.has_undrained(), "it is under way")
    network.cut()
    return sent


def test_kafka_python_producer_that_gives_up_a_record_wedges(far: KafkaClients, network: Network) -> None:
    producer = far.producer(**GIVES_UP)
    given_up = send_into_an_outage(producer, network, far.topic)
    with pytest.raises(KafkaTimeoutError):
        given_up.get(timeout=20)
    network.mend()
    after = producer.send(far.topic, b"after", partition=0)
    another = far.producer()
    another.send(far.topic, b"another's", partition=0).get(timeout=20)
    with pytest.raises(KafkaTimeoutError):
        after.get(timeout=3)
    assert not after.is_done, "the client was mended: it sends again"
    for one in (producer, another):
        force_close(one)


def test_producer_sends_everything_after_a_long_outage(far: KafkaClients, network: Network) -> None:
    producer = far.producer(**HASTY)
    sent = [send_into_an_outage(producer, network, far.topic)]
    sent += [producer.send(far.topic, b"%d" % number, partition=0) for number in range(3)]
    with pytest.raises(KafkaTimeoutError):
        sent[0].get(timeout=3)  # twice what the other gives up after
    network.mend()
    assert [one.get(timeout=20).offset for one in sent] == [1, 2, 3, 4]
    force_close(producer)


def test_kafka_python_producer_closed_with_unsent_records_leaves_its_thread(
    far: KafkaClients, network: Network
) -> None:
    producer = far.producer(**HASTY)
    send_into_an_outage(producer, network, far.topic)
    with pytest.raises(KafkaTimeoutError):
        producer.close(timeout=0)
    assert is_running(producer), "the client was mended: its thread ends"
    force_close(producer)
    assert not is_running(producer)


def is_running(producer: KafkaProducer) -> bool:
    return bool(cast("Any", producer)._sender.is_alive())


def test_kafka_python_producer_wedges_after_a_record_that_is_too_large(brokers: KafkaClients) -> None:
    ensure_topic(brokers, replicas=1)
    producer = brokers.producer()
    producer.send(brokers.topic, b"before", partition=0).get(timeout=20)
    for partition, value in ((1, b"x" * 140_000), (2, b"after")):
        with pytest.raises(MessageSizeTooLargeError):
            producer.send(brokers.topic, value, partition=partition).get(timeout=20)
    force_close(producer)


def shared_out(consumer: KafkaConsumer, seconds: float) -> bool:
    """Whether a member has a share within so many seconds; each of its polls ends before it can have joined."""
    limit = monotonic() + seconds
    while not consumer.assignment() and monotonic() < limit:
        consumer.poll(timeout_ms=1)
        Event().wait(0.02)
    return bool(consumer.assignment())


def joined_before_its_topic(consumer: KafkaConsumer, brokers: KafkaClients) -> None:
    """It is a member of its group before there is a topic; then there is one, which it has to join anew for."""
    consumer.subscribe([brokers.topic])
    until(lambda: not consumer.poll(timeout_ms=500) and has_joined(consumer), "it has joined")
    ensure_topic(brokers, replicas=1)


def has_joined(consumer: KafkaConsumer) -> bool:
    return cast("Any", consumer)._coordinator.generation_if_stable() is not None


def test_kafka_python_member_whose_poll_ends_during_a_rejoin_gets_no_partitions(brokers: KafkaClients) -> None:
    consumer = KafkaConsumer(bootstrap_servers=brokers.bootstrap, group_id=brokers.topic, metadata_max_age_ms=200)
    joined_before_its_topic(consumer, brokers)
    assert not shared_out(consumer, 3), "the client was mended: it finishes what it began"
    consumer.close(autocommit=False, timeout_ms=3_000)


def test_member_gets_partitions_though_a_poll_ends_during_a_rejoin(brokers: KafkaClients) -> None:
    attentive = replace(brokers, security={"metadata_max_age_ms": 200})
    consumer = attentive.consumer(brokers.topic, auto_offset_reset="earliest")
    joined_before_its_topic(consumer, brokers)
    assert shared_out(consumer, 20)
    consumer.close(autocommit=False, timeout_ms=3_000)


def test_relay_replaces_a_stalled_producer_and_leaves_no_thread(
    log: Log, far: KafkaClients, network: Network, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    relay = relay_of(log, far)
    relay.stall_seconds = 2.0
    before = len(threads())
    with running(relay.run):
        wait_until_carried(log)
        network.hold()
        telling.tell({"project-a": eventful()})
        until(lambda: "acknowledged nothing for 2 s: starting over" in caplog.text, "it says so")
        network.mend()
        wait_until_carried(log)
        network.cut()
    found = positions(records_in(replace(far, security={})))
    assert sorted(set(found)) == list(range(1, log.head().position + 1))
    until(lambda: len(threads()) <= before + 1, "no thread is left behind")
