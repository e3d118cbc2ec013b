"""Carrying: the log to Kafka, beside the bare client with the same settings, and from an answer through it to a row."""

import asyncio
from itertools import count
from statistics import quantiles
from time import monotonic, sleep
from typing import Any

from bench.ground import Ground
from bench.timing import in_turn, judged, medians, seconds, times
from consumers.kafka.client import force_close
from consumers.kafka.records import encode_headers
from consumers.kafka.relay import Relay
from consumers.kafka.topic import ensure_topic, partition_of
from consumers.kafka.topic_follower import follow_topic
from consumers.read_models.reader import Reader, Watch
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.writer import Writer
from projections import projections
from projections.projects import one
from tests.consumers.topics import wait_until_carried
from tests.milepost.logs import assess, propose
from tests.waiting import running, until

EVENTS, ROUNDS = 40_000, 2
A_SECOND, SECONDS, PROJECTS = 50, 20.0, 50
LIMIT = 120.0
_numbers = count()


def relaying(ground: Ground) -> dict[str, Any]:
    """Events a second that the relay carries to Kafka, beside the bare client that sends the same records."""
    with ground.log(EVENTS) as log:
        ways = {"milepost": lambda: _relayed(ground, log), "kafka_python": lambda: _sent(ground, log)}
        measured = in_turn(ROUNDS, ways)
    return {
        "events": ground.size(EVENTS),
        "events_a_second": medians(measured),
        "beside_kafka_python": judged(times(measured["milepost"], measured["kafka_python"]), at_least=0.8),
    }


def carried_to_row(ground: Ground) -> dict[str, Any]:
    """Milliseconds from a command's answer until its row is read, through relay, Kafka and groups, at 50 a second."""
    with ground.log(of="carried") as log, Writer(log) as writer, asyncio.Runner() as loop:
        brokers, feed = ground.brokers(), LogFeed(log)
        ensure_topic(brokers, 1)
        for n in range(PROJECTS):
            writer.submit(propose(f"read-{n}"))
        members = [follow_topic(log.conninfo, feed.source, feed, brokers, [projection]) for projection in projections()]
        with running(Relay(log.conninfo, brokers, feed, 1, "bench").run, *(member.run for member in members)):
            found = _asked(ground, log, writer, loop)
    hundredths = quantiles(found, n=100)
    return {
        "commands": len(found),
        "p50_ms": judged(round(hundredths[49], 1), at_most=60.0),
        "p99_ms": judged(round(hundredths[98], 1), at_most=250.0),
    }


def _relayed(ground: Ground, log: Log) -> float:
    brokers, feed = ground.brokers(), LogFeed(log)
    ensure_topic(brokers, 1)
    with connect(log.conninfo) as connection:
        connection.execute("DELETE FROM delivery.relay; DELETE FROM delivery.partitions")
    relay = Relay(log.conninfo, brokers, feed, 1, "bench")
    with running(relay.run):
        until(lambda: relay.active, "the relay is active")
        return feed.head().position / seconds(lambda: wait_until_carried(log))


def _sent(ground: Ground, log: Log) -> float:
    """The same records from memory, by the client alone, every one of them acknowledged."""
    brokers, source, events = ground.brokers(), LogFeed(log).source, list(log.events())
    ensure_topic(brokers, 1)
    producer = brokers.producer()

    def send() -> None:
        futures = [
            producer.send(brokers.topic, e.data, e.stream.encode(), encode_headers(e, source), partition_of(e.stream))
            for e in events
        ]
        for future in futures:
            future.get(timeout=LIMIT)

    took = seconds(send)
    force_close(producer)
    return len(events) / took


def _asked(ground: Ground, log: Log, writer: Writer, loop: asyncio.Runner) -> list[float]:
    reader = Reader(log.conninfo, projections())
    watch, found = Watch(log.conninfo, reader), list[float]()
    try:
        _read(loop, watch, reader, writer, "read-0")
        began = monotonic()
        for n in range(int(A_SECOND * ground.seconds(SECONDS))):
            sleep(max(0.0, began + n / A_SECOND - monotonic()))
            found.append(_read(loop, watch, reader, writer, f"read-{n % PROJECTS}") * 1000)
    finally:
        watch.close()
        reader.close()
    return found


def _read(loop: asyncio.Runner, watch: Watch, reader: Reader, writer: Writer, project: str) -> float:
    outcome = writer.execute(assess(project, f"carried-{next(_numbers)}"), LIMIT)

    def until_read() -> None:
        assert loop.run(watch.reached(outcome.position, LIMIT)), "the read models are not there in time"
        [row] = reader.ask(one(project)).rows
        assert row["version"] >= outcome.version, row

    return seconds(until_read)
