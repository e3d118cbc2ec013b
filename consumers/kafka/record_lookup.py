"""Recalling single records from the topic, to look at them or to try them again."""

from time import monotonic

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, OffsetOutOfRangeError

from consumers.event_log import Unreachable
from consumers.kafka.client import Brokers, sentence

PATIENCE_SECONDS = 10.0


def record_at(brokers: Brokers, partition: int, offset: int) -> ConsumerRecord | None:
    """The record at an offset; None where it is gone. Raises `Unreachable`."""
    place = TopicPartition(brokers.topic, partition)
    try:
        consumer = brokers.consumer()
        try:
            consumer.assign([place])
            consumer.seek(place, offset)
            until = monotonic() + PATIENCE_SECONDS
            while monotonic() < until:
                for record in consumer.poll(timeout_ms=500, max_records=1).get(place, ()):
                    return record if record.offset == offset else None
        finally:
            consumer.close(autocommit=False)
    except OffsetOutOfRangeError:
        return None
    except KafkaError as error:
        raise Unreachable(sentence(error, brokers)) from error
    return None
