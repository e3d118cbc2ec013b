"""The relay."""

import logging
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import pytest
from kafka import KafkaConsumer

from consumers.event_log import LogSource
from consumers.kafka.batch_publisher import BatchPublisher
from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import Lease, read_published_ranges, read_relay_state, restart_publication
from consumers.kafka.parked_streams import release_streams
from consumers.kafka.records import CONTENT_TYPE
from consumers.kafka.relay import Relay
from consumers.kafka.republish import republish_all
from consumers.kafka.topic import partition_of
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.conftest import history
from tests.consumers.telling import Telling
from tests.consumers.topics import positions, records_in, relay_of, wait_until_carried
from tests.domain.openings import PROPOSED
from tests.projections.histories import eventful
from tests.waiting import running, until

TERM_SECONDS = 3.0  # of a lease: shorter than in service, and longer than a busy machine holds a thread up


def test_relay_publishes_every_event_once_in_stream_order_as_stored(
    log: Log, brokers: KafkaClients, telling: Telling
) -> None:
    telling.tell({f"project-{n}": eventful() for n in range(5)})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
        telling.tell({"project-later": eventful()})
        wait_until_carried(log)
    stored = {event.position: event for event in log.events()}
    found = records_in(brokers)
    assert sorted(positions(found)) == sorted(stored)
    versions: dict[str, list[int]] = defaultdict(list)
    for record, position in zip(found, positions(found), strict=True):
        event, headers = stored[position], dict(record.headers)
        assert (record.key, record.value) == (event.stream.encode(), event.data)
        assert record.partition == partition_of(event.stream)
        assert headers["content-type"] == CONTENT_TYPE
        assert headers["milepost-kind"] == event.kind.encode()
        versions[event.stream].append(event.version)
    assert all(one == list(range(1, len(one) + 1)) for one in versions.values())


def test_relay_publishes_nothing_twice_after_a_restart(log: Log, brokers: KafkaClients, telling: Telling) -> None:
    telling.tell({"project-a": eventful()})
    for _ in range(3):
        with running(relay_of(log, brokers).run):
            wait_until_carried(log)
        telling.tell({f"project-{log.head().position}": history(PROPOSED)})
    found = positions(records_in(brokers))
    assert len(found) == len(set(found)) == log.head().position - 1


def test_relay_skips_published_events_whose_position_was_not_saved(
    log: Log, brokers: KafkaClients, telling: Telling
) -> None:
    telling.tell({f"project-{n}": eventful() for n in range(4)})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    with connect(log.conninfo) as connection:
        connection.execute("UPDATE delivery.relay SET position = 7")
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    found = positions(records_in(brokers))
    assert len(found) == len(set(found)) == log.head().position


def test_relay_saves_the_end_offsets_of_skipped_events_with_their_position(
    log: Log, brokers: KafkaClients, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling.tell({f"project-{n}": eventful() for n in range(4)})
    source = str(LogFeed(log).source)
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    with connect(log.conninfo) as connection:
        whole = read_published_ranges(connection, source)
        connection.execute("UPDATE delivery.relay SET position = 7")
        connection.execute("DELETE FROM delivery.partitions")
        monkeypatch.setattr("consumers.kafka.relay.BATCH_SIZE", 5)
        saved, save = list[int](), Lease.save

        def noting(lease: Lease, position: int, *rest: Any) -> None:
            saved.append(position)
            save(lease, position, *rest)

        monkeypatch.setattr(Lease, "save", noting)
        with running(relay_of(log, brokers).run):
            wait_until_carried(log)
        again = read_published_ranges(connection, source)
    assert saved[0] == log.head().position
    for n in range(4):
        partition = partition_of(f"project-{n}")
        assert again[partition] == whole[partition]


def set_lease_term(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for module in ("lease", "relay"):
        monkeypatch.setattr(f"consumers.kafka.{module}.TERM_SECONDS", seconds)


def test_relay_stands_by_while_another_is_active_and_takes_over_when_that_ends(
    log: Log, brokers: KafkaClients, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_lease_term(monkeypatch, 3_600)  # so that only a lease that is given back can be taken
    first, second = relay_of(log, brokers, "first"), relay_of(log, brokers, "second")
    with running(second.run) as stop_second:
        until(lambda: second.active, "the second is active")
        with running(first.run):
            telling.tell({"project-a": eventful()})
            wait_until_carried(log)
            assert not first.active
            stop_second.set()
            until(lambda: first.active, "the first is active")
            telling.tell({"project-b": eventful()})
            wait_until_carried(log)
    found = positions(records_in(brokers))
    assert len(found) == len(set(found)) == log.head().position


def test_relay_stops_publishing_after_lease_loss(log: Log, brokers: KafkaClients, telling: Telling) -> None:
    relay = relay_of(log, brokers)
    with running(relay.run):
        until(lambda: relay.active, "it is active")
        with connect(log.conninfo) as connection:
            taken = "UPDATE delivery.relay SET epoch = epoch + 1, owner = 'b', expires_at = now() + interval '1 h'"
            connection.execute(taken)
            telling.tell({"project-a": eventful()})
            until(lambda: not relay.active, "it stands by")
            assert read_relay_state(connection, str(LogFeed(log).source)).position < log.head().position
            connection.execute("UPDATE delivery.relay SET expires_at = now()")
        wait_until_carried(log)


def refusal(log: Log, brokers: KafkaClients, caplog: pytest.LogCaptureFixture) -> str:
    """Why a relay carries nothing."""
    return said_by(relay_of(log, brokers), caplog)


def said_by(relay: Relay, caplog: pytest.LogCaptureFixture) -> str:
    """The first error that a relay logs."""
    with running(relay.run):
        until(lambda: any(map(_is_error, caplog.records)), "it says why it waits")
    return next(record.getMessage() for record in caplog.records if _is_error(record))


def _is_error(record: logging.LogRecord) -> bool:
    return (record.name, record.levelno) == ("milepost.relay", logging.ERROR)


def test_relay_refuses_a_topic_with_another_number_of_partitions(
    log: Log, brokers: KafkaClients, caplog: pytest.LogCaptureFixture
) -> None:
    make_topic(brokers, partitions=6)
    assert "has 6 partitions and not 12" in refusal(log, brokers, caplog)


def make_topic(brokers: KafkaClients, partitions: int = 12, **configs: str) -> None:
    admin = brokers.admin()
    wanted = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
    admin.create_topics({brokers.topic: wanted}, wait_for_metadata=True)
    admin.close()


def test_relay_refuses_a_topic_with_retention(
    log: Log, brokers: KafkaClients, caplog: pytest.LogCaptureFixture
) -> None:
    make_topic(brokers)
    assert "retention.ms is 604800000 and must be -1" in refusal(log, brokers, caplog)


def test_relay_refuses_the_topic_of_another_log(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)

    class Other(LogFeed):
        @property
        def source(self) -> LogSource:
            return replace(super().source, log="another")

    relay = relay_of(log, brokers)
    relay.event_log = Other(log)
    assert "holds records that this log never published" in said_by(relay, caplog)


def test_relay_refuses_a_topic_that_was_created_again_until_republication(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    telling.tell({"project-a": eventful()})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    admin = brokers.admin()
    admin.delete_topics([brokers.topic])
    admin.close()
    assert "created again: publish the whole log to it by `milepost relay --republish-all`" in refusal(
        log, brokers, caplog
    )
    with connect(log.conninfo) as connection:
        restart_publication(connection, str(LogFeed(log).source), {})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    assert sorted(positions(records_in(brokers))) == list(range(1, log.head().position + 1))


def test_relay_republishes_everything_though_an_earlier_producer_still_sends(
    log: Log, brokers: KafkaClients, telling: Telling
) -> None:
    feed = LogFeed(log)
    telling.tell({f"project-{n}": eventful() for n in range(4)})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    with closing(BatchPublisher(brokers.producer(), brokers.topic, feed.source, {}, set(), {})) as before:
        republish_all(log.conninfo, brokers, feed.source, replicas=1)
        late = before.publish(feed.read(log.head().position - 1, 1))
        until(lambda: late.wait_acknowledged(0.2), "it is acknowledged")
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    with connect(log.conninfo) as connection:
        sent = read_published_ranges(connection, str(feed.source))
    counted = [one for one in records_in(brokers) if one.offset >= sent[one.partition].start]
    assert set(positions(counted)) == set(range(1, log.head().position + 1))


def test_relay_refuses_a_topic_that_lost_acknowledged_records(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(log.conninfo) as connection:
        with running(relay_of(log, brokers).run):
            wait_until_carried(log)
        connection.execute("UPDATE delivery.partitions SET end_offset = end_offset + 1000")
    assert "and Kafka acknowledged records up to" in refusal(log, brokers, caplog)


def test_relay_waits_for_unreachable_brokers(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    said = refusal(log, KafkaClients("127.0.0.1:9"), caplog)
    assert "127.0.0.1:9" in said
    assert "MILEPOST_KAFKA_BOOTSTRAP" in said


@dataclass(frozen=True)
class Slow(KafkaClients):
    """KafkaClients that need a third longer than a lease lasts to say where a topic ends."""

    def consumer(self, group: str | None = None, **others: Any) -> KafkaConsumer:
        consumer = super().consumer(group, **others)
        told, poll = iter(range(4)), consumer.poll

        def slowly(**how: Any) -> Any:
            if next(told, None) is None:
                return poll(**how)
            Event().wait(TERM_SECONDS / 3)
            return {}

        vars(consumer)["poll"] = slowly
        return consumer


def test_relay_renews_its_lease_while_it_reads_the_ends_of_the_topic(
    log: Log, brokers: KafkaClients, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_lease_term(monkeypatch, TERM_SECONDS)
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    telling.tell({"project-a": eventful()})
    slow = Slow(brokers.bootstrap, brokers.topic)
    with running(relay_of(log, slow, "one").run, relay_of(log, slow, "two").run):
        wait_until_carried(log)
    with connect(log.conninfo) as connection:
        assert read_relay_state(connection, str(LogFeed(log).source)).epoch == 2


def test_relay_paused_while_saving_is_replaced_by_another(
    log: Log, brokers: KafkaClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_lease_term(monkeypatch, TERM_SECONDS)
    awake, saving = Event(), Event()

    def pause(*told: Any) -> None:
        if not saving.is_set():
            saving.set()
            awake.wait(120)
        release_streams(*told)

    monkeypatch.setattr("consumers.kafka.lease.release_streams", pause)
    with running(relay_of(log, brokers, "one").run, relay_of(log, brokers, "two").run):
        until(saving.is_set, "one is in the midst of saving")
        wait_until_carried(log)
        awake.set()
    with connect(log.conninfo) as connection:
        assert read_relay_state(connection, str(LogFeed(log).source)).epoch == 2
