"""What may be done to the topic behind our backs (rows B12, B13, B14, C8), and that it never passes in silence."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from consumers.kafka.client import KafkaClients
from consumers.kafka.parked_streams import read_parked_streams
from consumers.kafka.republish import republish_all
from consumers.kafka.topic import ensure_topic, partition_of
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from tests.chaos.checker import in_topic
from tests.chaos.network import FETCH, Network
from tests.conftest import history
from tests.consumers.foreign import true_record
from tests.consumers.kafka.test_records import send
from tests.consumers.telling import Telling, by_fold, in_models
from tests.consumers.topics import positions, records_in, relay_of, wait_until_carried
from tests.consumers.ways import members_of, wait_until_reflected
from tests.domain.openings import PROPOSED
from tests.projections.histories import eventful
from tests.waiting import running, until


@contextmanager
def administrating(brokers: KafkaClients) -> Generator[Any]:
    admin = brokers.admin()
    yield cast("Any", admin)
    admin.close()


def truncate(brokers: KafkaClients) -> None:
    """Remove everything that every partition holds."""
    with administrating(brokers) as admin:
        admin.delete_records({TopicPartition(brokers.topic, number): -1 for number in range(12)})


def send_all_again(log: Log, brokers: KafkaClients) -> None:
    republish_all(log.conninfo, brokers, LogFeed(log).source, replicas=1)


def said(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return any(words in record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR)


def test_relay_refuses_a_truncated_topic_until_republication(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    telling.tell({"project-a": eventful()})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    truncate(brokers)
    with running(relay_of(log, brokers).run):
        until(lambda: said(caplog, "the topic has lost the records before offset"), "it refuses")
        send_all_again(log, brokers)
        wait_until_carried(log)
    assert sorted(positions(records_in(brokers))) == list(range(1, log.head().position + 1))


def test_projector_stops_at_a_truncated_topic_and_continues_after_republication(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    relay = relay_of(log, brokers)
    with running(relay.run):
        telling.tell({"project-a": history(PROPOSED)})
        with running(*(member.run for member in members_of(log, brokers))):
            wait_until_reflected(log)
        telling.tell({f"project-{number}": eventful() for number in range(12)})
        wait_until_carried(log)
    truncate(brokers)
    members = members_of(log, brokers)
    with running(*(member.run for member in members)):
        until(lambda: all(member.stopped for member in members), "they stop")
    assert all("no longer holds the next record" in str(member.stopped) for member in members)
    send_all_again(log, brokers)
    with running(relay_of(log, brokers).run, *(member.run for member in members_of(log, brokers))):
        wait_until_reflected(log)
    assert in_models(log.conninfo) == by_fold(log)


def test_relay_notices_that_the_topic_is_created_again_while_it_publishes(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    telling.tell({f"project-{number}": eventful() for number in range(12)})
    relay = relay_of(log, brokers)
    relay.stall_seconds = 5.0
    with running(relay.run):
        wait_until_carried(log)
        with administrating(brokers) as admin:
            admin.delete_topics([brokers.topic])
        until(lambda: made_again(brokers), "it was made anew")
        telling.tell({"project-later": eventful()})
        until(
            lambda: said(caplog, "created again: publish the whole log to it by `milepost relay --republish-all`"),
            "it says so",
        )
        send_all_again(log, brokers)
        wait_until_carried(log)
    assert sorted(set(positions(records_in(brokers)))) == list(range(1, log.head().position + 1))


def made_again(brokers: KafkaClients) -> bool:
    try:
        return bool(ensure_topic(brokers, 1))
    except Exception:
        return False


def test_added_partitions_stop_the_relay_and_no_projector(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    members = members_of(log, replace(brokers, security={"metadata_max_age_ms": 500}))
    with running(*(member.run for member in members)):
        with running(relay_of(log, brokers).run):
            wait_until_reflected(log)
            with administrating(brokers) as admin:
                admin.create_partitions({brokers.topic: 24})
            telling.tell({f"project-{number}": eventful() for number in range(12)})
            wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
        with running(relay_of(log, brokers).run):
            until(lambda: said(caplog, "has 24 partitions and not 12"), "it refuses")


def test_relay_parks_the_stream_of_an_event_that_is_too_large(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    [proposed] = history(PROPOSED)
    streams = [f"project-{number}" for number in range(30)]
    with running(relay_of(log, brokers).run):
        telling.tell({stream: [proposed] for stream in streams[:15]})
        telling.store(("project-large", 1, "x" * 140_000, b"{}"))
        telling.tell({stream: [proposed] for stream in streams[15:]})
        wait_until_carried(log)
        assert said(caplog, "parks project-large at version 1: a record of 14")
    with connect(log.conninfo) as connection:
        assert list(read_parked_streams(connection, str(LogFeed(log).source))) == ["project-large"]
    assert {(record.key or b"").decode() for record in records_in(brokers)} >= set(streams)


def test_topic_with_a_small_message_limit_stops_the_relay_until_it_is_raised(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
        set_largest(brokers, 300)
        telling.tell({f"project-{number}": eventful() for number in range(12)})
        until(lambda: said(caplog, "max.message.bytes must be at least 131072"), "it says so")
        set_largest(brokers, 131_072)
        wait_until_carried(log)
    with connect(log.conninfo) as connection:
        assert not read_parked_streams(connection, str(LogFeed(log).source))
    assert +in_topic(log, records_in(brokers)) == {}


def test_topic_with_a_small_batch_limit_gets_events_in_order(log: Log, brokers: KafkaClients, telling: Telling) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
        set_largest(brokers, 3_000)
        telling.tell({f"project-{number}": eventful() for number in range(24)})
        wait_until_carried(log)
    assert +in_topic(log, records_in(brokers)) == {}


def set_largest(brokers: KafkaClients, size: int) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, brokers.topic)
    cast("Any", resource).configs = {"max.message.bytes": str(size)}
    with administrating(brokers) as admin:
        admin.alter_configs([resource])


def test_relay_skips_nothing_because_of_a_forged_last_record(log: Log, brokers: KafkaClients, telling: Telling) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    telling.tell({"project-a": eventful()})
    forged = LogEntry(log.head().position, "project-a", 32, "project.proposed/1", b"{}")
    send(brokers, true_record(forged, LogFeed(log).source))
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    told = [record for record in records_in(brokers) if record.partition == partition_of("project-a")]
    assert len([record for record in told if record.key == b"project-a"]) == 32 + 1


def test_corrupted_records_are_never_applied(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    with Network() as network, running(relay_of(log, brokers).run):
        telling.tell({f"project-{number}": eventful() for number in range(12)})
        wait_until_carried(log)
        network.spoil[FETCH] = 5
        with running(*(member.run for member in members_of(log, network.before(brokers)))):
            telling.tell({f"project-later-{number}": eventful() for number in range(12)})
            wait_until_reflected(log)
        assert network.spoil[FETCH] == 0
    assert in_models(log.conninfo) == by_fold(log)
