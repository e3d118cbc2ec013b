"""A subscriber on a broker."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from consumers.cloud_event import EventRecord
from consumers.event_log import LogSource
from consumers.inbox.postgres_store import PostgresInboxStore
from consumers.inbox.sqlite_store import SqliteInboxStore
from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import read_published_ranges, restart_publication
from consumers.kafka.records import encode_headers
from consumers.kafka.subscriber import Subscriber
from consumers.kafka.topic import partition_of
from consumers.read_models.tables import connect
from milepost.embedded.postgres.server import Server
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.conftest import history
from tests.consumers.foreign import Sent
from tests.consumers.kafka.test_records import in_transaction
from tests.consumers.telling import Telling
from tests.consumers.topics import relay_of, wait_until_carried
from tests.domain.openings import PROPOSED
from tests.milepost.logs import create, removed
from tests.projections.histories import eventful
from tests.waiting import running, until


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[SqliteInboxStore]:
    found = SqliteInboxStore(tmp_path / "heard.db", f"audit.{tmp_path.name}")
    yield found
    found.close()


def carry(log: Log, brokers: KafkaClients) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)


def hear(subscriber: Subscriber, condition: Callable[[], bool], what: str) -> None:
    with running(subscriber.run):
        until(condition, what)


def assert_is_the_log(handled: list[EventRecord], log: Log) -> None:
    """Each event once, as it is stored, and those of a stream in their order."""
    stored = {event.position: event for event in log.events()}
    assert sorted(one.position for one in handled) == sorted(stored)
    versions: dict[str, list[int]] = defaultdict(list)
    for one in handled:
        event = stored[one.position]
        assert (one.stream, one.version, one.kind, one.data) == event[1:]
        versions[one.stream].append(one.version)
    assert all(one == list(range(1, len(one) + 1)) for one in versions.values())


@pytest.mark.parametrize("batch_size", [1, 7])
def test_subscriber_handles_every_event_once_in_stream_order(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore, batch_size: int
) -> None:
    telling.tell({f"project-{n}": eventful() for n in range(5)})
    handled: list[EventRecord] = []
    with running(relay_of(log, brokers).run, Subscriber(brokers, memory, handled.append, batch_size=batch_size).run):
        until(lambda: len(handled) >= log.head().position, "all is heard")
        telling.tell({"project-later": eventful()})
        until(lambda: len(handled) >= log.head().position, "what came later is heard")
    assert_is_the_log(handled, log)


def test_subscriber_continues_where_it_stopped(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore
) -> None:
    handled: list[EventRecord] = []
    for turn in range(3):
        telling.tell({f"project-{turn}": eventful()})
        carry(log, brokers)
        hear(Subscriber(brokers, memory, handled.append), lambda: len(handled) >= log.head().position, "all is heard")
    assert_is_the_log(handled, log)


def test_subscriber_repeats_an_event_whose_handler_failed(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore
) -> None:
    telling.tell({"project-a": eventful()})
    carry(log, brokers)
    handled: list[EventRecord] = []

    def fails_at_four(event: EventRecord) -> None:
        if event.stream == "project-a" and event.version == 4 and len(failed) < 2:
            failed.append(event)
            raise ZeroDivisionError
        handled.append(event)

    failed: list[EventRecord] = []
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            Subscriber(brokers, memory, fails_at_four).run(Event())
    hear(Subscriber(brokers, memory, fails_at_four), lambda: len(handled) >= log.head().position, "all is heard")
    assert [one.version for one in failed] == [4, 4]
    assert_is_the_log(handled, log)


@pytest.mark.parametrize("ends", ["abort_transaction", "commit_transaction"])
def test_subscriber_continues_after_a_foreign_transaction(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore, ends: str
) -> None:
    handled: list[EventRecord] = []
    subscriber = Subscriber(brokers, memory, handled.append)
    telling.tell({"project-a": eventful()[:4]})
    carry(log, brokers)
    hear(subscriber, lambda: len(handled) >= log.head().position, "what comes before is heard")
    in_transaction(brokers, ends, [Sent(partition_of("project-a"), b"project-a", b"junk")])
    telling.tell({"project-a": eventful()[4:]})
    carry(log, brokers)
    hear(subscriber, lambda: len(handled) >= log.head().position, "all is heard")
    assert_is_the_log(handled, log)


def test_subscriber_skips_republished_events(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore
) -> None:
    telling.tell({"project-a": eventful()})
    carry(log, brokers)
    handled: list[EventRecord] = []
    subscriber = Subscriber(brokers, memory, handled.append)
    hear(subscriber, lambda: len(handled) >= log.head().position, "all is heard")
    with connect(log.conninfo) as connection:
        source = str(LogFeed(log).source)
        restart_publication(
            connection,
            source,
            {number: sent.end for number, sent in read_published_ranges(connection, source).items()},
        )
    telling.tell({"project-b": history(PROPOSED)})
    carry(log, brokers)
    hear(subscriber, lambda: len(handled) >= log.head().position, "what is new is heard")
    assert_is_the_log(handled, log)


def test_subscriber_skips_records_that_are_no_events_of_the_log(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore, caplog: pytest.LogCaptureFixture
) -> None:
    carry(log, brokers)
    producer = brokers.producer()
    first = next(iter(log.events()))
    producer.send(brokers.topic, b"not an event", b"log", partition=0)
    producer.send(brokers.topic, first.data, b"log", encode_headers(first, LogSource("another", 1)), partition=0)
    producer.flush(10)
    producer.close()
    telling.tell({"project-a": eventful()})
    carry(log, brokers)
    handled: list[EventRecord] = []

    def all_is_heard() -> bool:
        return len(handled) >= log.head().position and "it names no log" in caplog.text

    hear(Subscriber(brokers, memory, handled.append), all_is_heard, "every event is handled, and the first is reported")
    assert_is_the_log(handled, log)


def test_subscriber_shares_partitions_with_its_other_processes(
    log: Log, brokers: KafkaClients, telling: Telling, server: Server, tmp_path: Path
) -> None:
    """What they write by the memory's connection is written once, whoever is given the event."""
    telling.tell({f"project-{n}": eventful() for n in range(8)})
    with ExitStack() as stack:
        database = stack.enter_context(removed(create(server)))
        connections = [stack.enter_context(connect(database.superuser)) for _ in range(4)]
        counts = connections.pop()
        counts.execute("CREATE TABLE told (stream text, version bigint, by int)")

        def member(number: int) -> Callable[[Event], None]:
            def write(event: EventRecord) -> None:
                connections[number].execute(
                    "INSERT INTO told VALUES (%s, %s, %s)", (event.stream, event.version, number)
                )

            return Subscriber(brokers, PostgresInboxStore(connections[number], f"audit.{tmp_path.name}"), write).run

        def count() -> int:
            row = counts.execute("SELECT count(*) AS n FROM told").fetchone()
            return row["n"] if row else 0

        with running(relay_of(log, brokers).run, member(0)):
            until(lambda: count() >= log.head().position, "the first hears all")
            with running(member(1), member(2)):
                for turn in range(20):
                    telling.tell({f"project-{turn}-later": eventful()})
                until(lambda: count() >= log.head().position, "all is heard")
        told = counts.execute("SELECT stream, version FROM told ORDER BY stream, version").fetchall()
        assert told == sorted(
            ({"stream": one.stream, "version": one.version} for one in log.events()),
            key=lambda one: (one["stream"], one["version"]),
        )


def test_subscriber_waits_for_brokers_and_topic(
    log: Log, brokers: KafkaClients, telling: Telling, memory: SqliteInboxStore
) -> None:
    telling.tell({"project-a": history(PROPOSED)})
    handled: list[EventRecord] = []
    with running(Subscriber(brokers, memory, handled.append).run):
        carry(log, brokers)
        until(lambda: len(handled) >= log.head().position, "all is heard")
    assert_is_the_log(handled, log)


def test_subscriber_logs_that_kafka_refuses_new_connections(
    memory: SqliteInboxStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.kafka.diagnostics.PROBE_SECONDS", 0.01)
    said = "Kafka refuses new connections: nothing answers at 127.0.0.1:1 "
    subscriber = Subscriber(KafkaClients("127.0.0.1:1"), memory, list[EventRecord]().append)
    hear(subscriber, lambda: any(one.startswith(said) for one in caplog.messages), "it says so")
