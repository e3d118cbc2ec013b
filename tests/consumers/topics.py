"""Carrying a log to a topic of its own, and what is found there."""

from collections.abc import Callable, Sequence

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import read_relay_state
from consumers.kafka.relay import Relay
from consumers.kafka.topic import PARTITIONS
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.waiting import until


def relay_of(log: Log, brokers: KafkaClients, owner: str = "test") -> Relay:
    return Relay(log.conninfo, brokers, LogFeed(log), replicas=1, owner=owner)


def wait_until_carried(log: Log, position: int | None = None) -> None:
    wanted, source = position or log.head().position, str(LogFeed(log).source)
    with connect(log.conninfo) as connection:
        until(lambda: read_relay_state(connection, source).position >= wanted, f"position {wanted} is carried")


def records_in(brokers: KafkaClients) -> list[ConsumerRecord]:
    """Every record of the topic, partition by partition."""
    consumer = brokers.consumer()
    places = [TopicPartition(brokers.topic, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    for place, offset in consumer.beginning_offsets(places).items():
        consumer.seek(place, offset)
    found: list[ConsumerRecord] = []
    until(lambda: _read(consumer.poll(timeout_ms=200), found) and _at(consumer.position, ends), "all records are read")
    consumer.close(autocommit=False)
    return sorted(found, key=lambda record: (record.partition, record.offset))


def _read(polled: dict[TopicPartition, list[ConsumerRecord]], found: list[ConsumerRecord]) -> bool:
    for records in polled.values():
        found += records
    return True


def _at(position: Callable[[TopicPartition], int], ends: dict[TopicPartition, int]) -> bool:
    return all(position(place) >= end for place, end in ends.items())


def positions(records: Sequence[ConsumerRecord]) -> list[int]:
    """The log's positions of these records, as their headers say."""
    return [int(dict(record.headers)["milepost-position"] or b"0") for record in records]
