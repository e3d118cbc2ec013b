"""Projecting: rows of what stands in a topic, beside the bare client that reads the same, and beside a COPY of them."""

from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from kafka import TopicPartition
from psycopg import Connection
from psycopg.rows import DictRow

from bench.ground import Ground
from bench.rebuilding import copy_of
from bench.timing import in_turn, judged, medians, seconds
from consumers.kafka.client import KafkaClients
from consumers.kafka.relay import Relay
from consumers.kafka.topic import PARTITIONS
from consumers.read_models.tables import Model, connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from projections.projection import Projection
from tests.consumers.topics import wait_until_carried
from tests.consumers.ways import emptied
from tests.milepost.cli.processes import running as program
from tests.waiting import running, until

EVENTS, ROUNDS = 40_000, 2
LIMIT = 120.0
WARM = 0.15
"""What part of the events is not timed: while the first are taken in, others are being fetched already."""


def projecting(ground: Ground) -> dict[str, Any]:
    """Events a second that a projector makes rows of, beside the slower of bare consumption and COPY of the rows.

    The projector is a process, as `milepost project` is, and the only member of its group.
    """
    with ground.log(EVENTS) as log:
        brokers = ground.brokers()
        with connect(log.conninfo) as connection:
            connection.execute("DELETE FROM delivery.relay; DELETE FROM delivery.partitions")
        with running(Relay(log.conninfo, brokers, LogFeed(log), 1, "bench").run):
            wait_until_carried(log)
        found = {projection.name: _projected(ground, log, brokers, projection) for projection in projections()}
    least = min(one["beside_the_slower"] for one in found.values())
    return {"events": ground.size(EVENTS), **found, "least_beside_the_slower": judged(least, at_least=0.6)}


def _projected(ground: Ground, log: Log, brokers: KafkaClients, projection: Projection) -> dict[str, Any]:
    rows: dict[str, int] = {}
    model = Model(projection)
    measured = in_turn(
        ROUNDS,
        {
            "milepost": partial(_folded, log, brokers, projection),
            "consumed": partial(_consumed, brokers),
            "copied": lambda: ground.size(EVENTS) / _copied(ground, model, rows),
        },
    )
    slower = min(median(measured["consumed"]), median(measured["copied"]))
    return {"events_a_second": medians(measured), "beside_the_slower": round(median(measured["milepost"]) / slower, 3)}


def _folded(log: Log, brokers: KafkaClients, projection: Projection) -> float:
    """Events a second that become rows; the read model is empty before."""
    model, events = Model(projection), log.head().position
    with connect(log.conninfo) as connection:
        emptied(connection, log, model)
        with members(log, brokers, 1, projection.name):
            until(lambda: heard(connection, model) >= WARM * events, "the first events are rows", LIMIT)
            first = heard(connection, model)
            took = seconds(lambda: until(lambda: heard(connection, model) >= events, "all events are rows", LIMIT))
    return (events - first) / took


@contextmanager
def members(log: Log, brokers: KafkaClients, count: int, *names: str) -> Generator[list[int]]:
    """So many projectors, each a process, of the read models of these names or of all; their process ids."""
    settings = {
        "MILEPOST_DATABASE_URL": log.conninfo,
        "MILEPOST_KAFKA_BOOTSTRAP": brokers.bootstrap,
        "MILEPOST_KAFKA_TOPIC": brokers.topic,
    }
    with TemporaryDirectory() as folder, ExitStack() as ending:
        journals = (Path(folder, f"{number}.jsonl") for number in range(count))
        started = [ending.enter_context(program(journal, "project", *names, **settings)) for journal in journals]
        yield [one.process.pid for one in started]


def heard(connection: Connection[DictRow], *models: Model) -> int:
    """How many records of the topic are rows of these read models by now."""
    found = connection.execute(
        "SELECT coalesce(sum(position), 0)::bigint AS n FROM models.progress WHERE model = ANY(%s)",
        ([model.name for model in models],),
    ).fetchone()
    return int(found["n"]) if found else 0


def _copied(ground: Ground, model: Model, rows: dict[str, int]) -> float:
    with psycopg.connect(ground.database(EVENTS).superuser, autocommit=True) as connection:
        return copy_of(connection, model, rows)


def _consumed(brokers: KafkaClients) -> float:
    """Records a second that the client alone polls."""
    with closing(brokers.consumer()) as consumer:
        places = [TopicPartition(brokers.topic, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        wanted = sum(consumer.end_offsets(places).values())
        for place in places:
            consumer.seek(place, 0)

        def poll() -> None:
            found = 0
            while found < wanted:
                found += sum(map(len, consumer.poll(timeout_ms=500, max_records=5_000).values()))

        return wanted / seconds(poll)
