"""The ends of the topic's partitions: what a new relay need not publish again, and whether records were lost."""

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaTimeoutError

from consumers.cloud_event import EventRecord
from consumers.event_log import EventLog, LogSource, Unreachable
from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import PublishedRange
from consumers.kafka.records import NotAnEvent, parse_record
from consumers.kafka.topic import PARTITIONS

READ_SECONDS = 10.0
_REPUBLISH = "find out why, then publish the whole log again: `milepost relay --republish-all`"


class PartitionEnd(NamedTuple):
    """A partition's first offset, the offset after its last record, and that record: an event, or why it is none."""

    first: int
    next: int
    last: EventRecord | None = None
    invalid: str | None = None


def _do_nothing() -> None: ...


def read_partition_ends(
    clients: KafkaClients, source: LogSource, while_waiting: Callable[[], None] = _do_nothing
) -> dict[int, PartitionEnd]:
    """The end of every partition. Calls `while_waiting` before each poll. Raises `KafkaError`."""
    partitions = [TopicPartition(clients.topic, number) for number in range(PARTITIONS)]
    consumer = clients.consumer()
    try:
        consumer.assign(partitions)
        first, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        filled = {one for one in partitions if ends[one] > first[one]}
        for one in partitions:
            consumer.seek(one, ends[one] - (one in filled))
        last = _read_last_records(consumer, filled, ends, while_waiting)
    finally:
        consumer.close(autocommit=False)
    return {one.partition: _partition_end(first[one], ends[one], last.get(one), source) for one in partitions}


def _read_last_records(
    consumer: KafkaConsumer,
    partitions: Iterable[TopicPartition],
    ends: Mapping[TopicPartition, int],
    while_waiting: Callable[[], None],
) -> dict[TopicPartition, ConsumerRecord]:
    """The last record of each; none if the last offset is a transaction's marker, which no relay writes."""
    missing: set[TopicPartition] = set(partitions)
    found, until = dict[TopicPartition, ConsumerRecord](), monotonic() + READ_SECONDS
    while missing:
        while_waiting()
        if monotonic() > until:
            raise KafkaTimeoutError(f"the last records of {len(missing)} partitions couldn't be read in time")
        for partition, records in consumer.poll(timeout_ms=500).items():
            found[partition] = records[-1]
        missing = {one for one in missing if one not in found and consumer.position(one) < ends[one]}
    return found


def _partition_end(first: int, end: int, last: ConsumerRecord | None, source: LogSource) -> PartitionEnd:
    if last is None:
        return PartitionEnd(first, end)
    try:
        return PartitionEnd(first, end, last=parse_record(last, source))
    except NotAnEvent as reason:
        return PartitionEnd(first, end, invalid=str(reason))


def check_completeness(ends: Mapping[int, PartitionEnd], saved: Mapping[int, PublishedRange], is_new: bool) -> None:
    """Raise `Unreachable` if the topic is another log's, or holds less than Kafka acknowledged."""
    for partition, end in ends.items():
        if is_new and end.invalid:
            raise Unreachable(
                f"the topic holds records that this log never published ({end.invalid}): set MILEPOST_KAFKA_TOPIC to a "
                "topic of this log's own"
            )
        published = saved.get(partition, PublishedRange())
        if end.first > published.start:
            raise Unreachable(
                f"the topic has lost the records before offset {end.first} of partition {partition}: {_REPUBLISH}"
            )
        if end.next < published.end:
            raise Unreachable(
                f"the topic ends at offset {end.next} of partition {partition}, and Kafka acknowledged records up to "
                f"{published.end}: {_REPUBLISH}"
            )


def published_positions(
    ends: Mapping[int, PartitionEnd], saved: Mapping[int, PublishedRange], event_log: EventLog
) -> dict[int, int]:
    """The position up to which each partition holds every event of its streams: that of its last record.

    This holds since a relay starts after everything before was published, and a producer keeps its order
    (`test_relay.py`). A last record that the log doesn't hold counts for nothing. While the whole log is published
    again, neither does one from before the first acknowledged record: a relay that was active until then may have
    written it.
    """
    return {
        partition: end.last.position
        if end.last and _counts(saved.get(partition)) and _is_logged(event_log, end.last)
        else 0
        for partition, end in ends.items()
    }


def _counts(published: PublishedRange | None) -> bool:
    return published is None or published.end > published.start


def _is_logged(event_log: EventLog, event: EventRecord) -> bool:
    return any(event.matches(logged) for logged in event_log.read(event.position - 1, 1).events)


def unsaved_end_offsets(
    ends: Mapping[int, PartitionEnd],
    saved: Mapping[int, PublishedRange],
    published: Mapping[int, int],
    position: int,
) -> dict[int, int]:
    """The end offsets of partitions that hold published events after a position, which no relay has saved."""
    return {
        partition: ends[partition].next
        for partition, until in published.items()
        if until > position and ends[partition].next > saved.get(partition, PublishedRange()).end
    }
