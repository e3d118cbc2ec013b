"""Ends: what the partitions of the topic hold last, which a relay that begins needn't send again."""

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaTimeoutError

from consumers.cloud_event import EventRecord
from consumers.event_log import EventLog, LogSource, Unreachable
from consumers.kafka.client import Brokers
from consumers.kafka.lease import Sent
from consumers.kafka.records import Foreign, arrived
from consumers.kafka.topic import PARTITIONS

PATIENCE_SECONDS = 10.0
_AGAIN = "find out what happened to it, then let `milepost relay --again` send the whole log anew"


class End(NamedTuple):
    """The first offset that is still there, the one behind the last, and the last record, if it is an event of ours."""

    first: int
    next: int
    position: int
    foreign: str | None
    last: EventRecord | None = None


def _nothing() -> None: ...


def ends(brokers: Brokers, source: LogSource, meanwhile: Callable[[], None] = _nothing) -> dict[int, End]:
    """The end of every partition; does `meanwhile` at every look for them. Raises `KafkaError`."""
    every = [TopicPartition(brokers.topic, number) for number in range(PARTITIONS)]
    consumer = brokers.consumer()
    try:
        consumer.assign(every)
        first, behind = consumer.beginning_offsets(every), consumer.end_offsets(every)
        filled = {one for one in every if behind[one] > first[one]}
        for one in every:
            consumer.seek(one, behind[one] - (one in filled))
        last = _records(consumer, filled, behind, meanwhile)
    finally:
        consumer.close(autocommit=False)
    return {one.partition: _end(first[one], behind[one], last.get(one), source) for one in every}


def _records(
    consumer: KafkaConsumer,
    wanted: Iterable[TopicPartition],
    behind: Mapping[TopicPartition, int],
    meanwhile: Callable[[], None],
) -> dict[TopicPartition, ConsumerRecord]:
    """The last record of each; none where a transaction ended there, which a relay never has."""
    missing: set[TopicPartition] = set(wanted)
    found, until = dict[TopicPartition, ConsumerRecord](), monotonic() + PATIENCE_SECONDS
    while missing:
        meanwhile()
        if monotonic() > until:
            raise KafkaTimeoutError(f"the ends of {len(missing)} partitions couldn't be read in time")
        for partition, records in consumer.poll(timeout_ms=500).items():
            found[partition] = records[-1]
        missing = {one for one in missing if one not in found and consumer.position(one) < behind[one]}
    return found


def _end(first: int, behind: int, last: ConsumerRecord | None, source: LogSource) -> End:
    if last is None:
        return End(first, behind, 0, None)
    try:
        found = arrived(last, source)
    except Foreign as foreign:
        return End(first, behind, 0, str(foreign))
    return End(first, behind, found.position, None, found)


def demand_whole(found: Mapping[int, End], known: Mapping[int, Sent], new: bool) -> None:
    """Raise `Unreachable` where the topic is another log's, or holds less than was acknowledged."""
    for number, end in found.items():
        if new and end.foreign:
            raise Unreachable(f"the topic holds what this log never sent there ({end.foreign}): take another Kafka")
        sent = known.get(number, Sent(0, 0))
        if end.first > sent.since:
            raise Unreachable(
                f"the topic has lost everything before offset {end.first} of partition {number}: {_AGAIN}"
            )
        if end.next < sent.next:
            raise Unreachable(
                f"the topic ends at offset {end.next} of partition {number}, and up to {sent.next} was acknowledged: "
                f"{_AGAIN}"
            )


def skipped(found: Mapping[int, End], known: Mapping[int, Sent], event_log: EventLog) -> dict[int, int]:
    """Up to which position each partition has everything: a record of ours at its end means all before it.

    It does since every relay begins where all before was there, and a producer keeps its order (`test_relay.py`). What
    only looks like one of ours is none: the log says so. Where all is to be sent again it means nothing until the first
    of that is acknowledged: who was active until then may have sent it.
    """
    return {
        number: end.position if _counts(known.get(number)) and _is_in(event_log, end.last) else 0
        for number, end in found.items()
    }


def _counts(sent: Sent | None) -> bool:
    return sent is None or sent.next > sent.since


def unsaved_ends(
    found: Mapping[int, End], known: Mapping[int, Sent], skip: Mapping[int, int], position: int
) -> dict[int, int]:
    """The ends of the partitions that hold more than was saved, where that is skipped: nothing else will tell them."""
    return {
        number: found[number].next
        for number, until in skip.items()
        if until > position and found[number].next > known.get(number, Sent(0, 0)).next
    }


def _is_in(event_log: EventLog, last: EventRecord | None) -> bool:
    there = event_log.read(last.position - 1, 1).events if last else ()
    return any(last.matches(line) for line in there if last)
