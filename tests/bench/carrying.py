"""Carrying: the log to Kafka and from there to rows, beside the bare client with the same settings, and beside COPY."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from itertools import count
from statistics import median, quantiles
from time import monotonic, sleep
from typing import Any

import psycopg
from kafka import TopicPartition
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.carrying.brokers import Brokers, ended
from consumers.carrying.lease import carried
from consumers.carrying.records import headers_of
from consumers.carrying.relay import Relay
from consumers.carrying.topic import PARTITIONS, made, partition_of
from consumers.projecting.group import member_of
from consumers.rows.models import Model, connect, index, prepare
from consumers.rows.progress import Reflected, reflected
from consumers.rows.progress import begin as begin_progress
from consumers.rows.reader import Reader, Watch
from consumers.rows.versions import begin, change, discard, versions_of
from milepost.following import LogFeed
from milepost.log import Log
from milepost.writer import Writer
from projections import projections
from projections.projection import Projection
from projections.projects import one
from tests.bench.ground import Ground
from tests.bench.rebuilding import copy_of
from tests.bench.timing import in_turn, judged, medians, seconds, times
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


def projecting(ground: Ground) -> dict[str, Any]:
    """Events a second that one member of a group makes rows of, beside the slower of bare consumption and COPY."""
    with ground.log(EVENTS) as log:
        brokers = ground.brokers()
        _carry(log, brokers)
        found = {projection.name: _projected(ground, log, brokers, projection) for projection in projections()}
    least = min(one["beside_the_slower"] for one in found.values())
    return {"events": ground.size(EVENTS), **found, "least_beside_the_slower": judged(least, at_least=0.6)}


def carried_to_row(ground: Ground) -> dict[str, Any]:
    """Milliseconds from a command's answer until its row is read, through relay, Kafka and groups, at 50 a second."""
    with ground.log(of="carried") as log, Writer(log) as writer, asyncio.Runner() as loop:
        brokers, feed = ground.brokers(), LogFeed(log)
        made(brokers, 1)
        for n in range(PROJECTS):
            writer.submit(propose(f"read-{n}"))
        members = [member_of(log.conninfo, feed.source, feed, brokers, projection) for projection in projections()]
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
    made(brokers, 1)
    with connect(log.conninfo) as connection:
        connection.execute("DROP TABLE IF EXISTS carrying.relay, carrying.partitions")
    relay = Relay(log.conninfo, brokers, feed, 1, "bench")
    with running(relay.run):
        until(lambda: relay.active, "the relay is active")
        return feed.head().position / seconds(lambda: wait_until_carried(log))


def _sent(ground: Ground, log: Log) -> float:
    """The same records from memory, by the client alone, every one of them acknowledged."""
    brokers, source, events = ground.brokers(), LogFeed(log).source, list(log.events())
    made(brokers, 1)
    producer = brokers.producer()

    def send() -> None:
        futures = [
            producer.send(brokers.topic, e.data, e.stream.encode(), headers_of(e, source), partition_of(e.stream))
            for e in events
        ]
        for future in futures:
            future.get(timeout=LIMIT)

    took = seconds(send)
    ended(producer)
    return len(events) / took


def _carry(log: Log, brokers: Brokers) -> None:
    with connect(log.conninfo) as connection:
        connection.execute("DROP TABLE IF EXISTS carrying.relay, carrying.partitions")
    with running(Relay(log.conninfo, brokers, LogFeed(log), 1, "bench").run):
        wait_until_carried(log)


def _projected(ground: Ground, log: Log, brokers: Brokers, projection: Projection) -> dict[str, Any]:
    rows: dict[str, int] = {}
    ways: dict[str, Callable[[], float]] = {
        "milepost": lambda: ground.size(EVENTS) / _folded(log, brokers, projection),
        "consumed": lambda: ground.size(EVENTS) / _consumed(brokers),
        "copied": lambda: ground.size(EVENTS) / _copied(ground, Model(projection), rows),
    }
    measured = in_turn(ROUNDS, ways)
    slower = min(median(measured["consumed"]), median(measured["copied"]))
    return {"events_a_second": medians(measured), "beside_the_slower": round(median(measured["milepost"]) / slower, 3)}


def _folded(log: Log, brokers: Brokers, projection: Projection) -> float:
    """Seconds from the first event that becomes rows to the last; the read model is empty before."""
    feed, way, model = LogFeed(log), _way(log), Model(projection)
    head = feed.head().position
    with connect(log.conninfo) as connection:
        prepare(connection)
        for version in versions_of(connection, [projection]):
            discard(connection, version.model)
        begin(connection, [model])
        index(connection, model)
        change(connection, model, "active")
        from_the_start = dict.fromkeys(range(PARTITIONS), 0)
        begin_progress(connection, [model.name], feed.source, way, from_the_start, Reflected(0, None))
        member = member_of(log.conninfo, feed.source, feed, brokers, projection)

        def at(position: int) -> bool:
            return reflected(connection, [model.name])[model.name].position >= position

        with running(member.run):
            until(lambda: _begun(connection), "the first events are rows", LIMIT)
            return seconds(lambda: until(lambda: at(head), "all events are rows", LIMIT))


def _begun(connection: Connection[DictRow]) -> bool:
    found = connection.execute("SELECT sum(position) AS n FROM models.progress").fetchone()
    return bool(found and found["n"])


def _way(log: Log) -> str:
    with connect(log.conninfo) as connection:
        return f"kafka {carried(connection, str(LogFeed(log).source)).topic}"


def _copied(ground: Ground, model: Model, rows: dict[str, int]) -> float:
    with psycopg.connect(ground.database(EVENTS).superuser, autocommit=True) as connection:
        return copy_of(connection, model, rows)


def _consumed(brokers: Brokers) -> float:
    """Seconds for the client alone to poll every record."""
    with closing(brokers.consumer()) as consumer:
        places = [TopicPartition(brokers.topic, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, 0)
        wanted = sum(ends.values())

        def poll() -> None:
            found = 0
            while found < wanted:
                found += sum(map(len, consumer.poll(timeout_ms=500, max_records=5_000).values()))

        return seconds(poll)


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
