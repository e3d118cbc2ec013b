"""The subscriber: what a service imports that wants to hear every event once, in the order of each stream.

Nothing of Milepost's database is needed, only the topic, and a place of one's own to remember in (docs/subscribe.md).
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from threading import Event

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, OffsetOutOfRangeError, UnknownTopicOrPartitionError

from consumers.event_log import ConsumerStopped, LogSource
from consumers.inbox.inbox import Again, Handle, Hearing, untold
from consumers.inbox.inbox_store import Memory, Overtaken
from consumers.kafka.access_probe import knocking
from consumers.kafka.client import Brokers, sentence
from consumers.kafka.records import Foreign, arrived

MOST_AT_ONCE = 100
WAIT_MS = 500
_log = logging.getLogger("milepost.subscriber")


class Subscriber:
    """Hears the topic as a member of a consumer group, which is called as the memory's subscriber is.

    `handle` is given each event once, as the stored bytes with their place; what it raises ends `run`, and the event
    comes again. `again` heals gaps, `older` names kinds that are wanted in that older form, `together` is how many
    events share a transaction of the memory.
    """

    def __init__(
        self, brokers: Brokers, memory: Memory, handle: Handle, again: Again = untold, older: Iterable[str] = (),
        together: int = 1,
    ) -> None:  # fmt: skip
        self._brokers, self._memory, self._together = brokers, memory, together
        self._hearing = Hearing(memory, handle, again, older)
        self._topic = ""
        self._next: dict[int, int] = {}
        self._assigned: set[int] = set()
        self._sought: dict[int, int] = {}

    def run(self, stop: Event) -> None:
        """Hear until told to stop, over whatever befalls Kafka, and say where Kafka would let us in no more.

        Raises `Gap` where an event is missing for good, `Fork` where the history is another than was heard,
        `ConsumerStopped` where the topic has lost what comes next, and whatever the handler or the memory raises.
        """
        with knocking(self._brokers):
            while not stop.is_set():
                try:
                    self._hear(stop)
                except OffsetOutOfRangeError as error:
                    raise ConsumerStopped(
                        f"{self._brokers.topic} no longer holds what comes next: ask who runs it to send the log again"
                    ) from error
                except KafkaError as error:
                    _log.warning("hears nothing for now: %s", sentence(error, self._brokers))
                    stop.wait(1)

    def _hear(self, stop: Event) -> None:
        self._topic = _id_of(self._brokers)
        self._next = self._memory.places(self._topic)
        consumer = self._brokers.consumer(self._memory.subscriber)
        try:
            consumer.subscribe([self._brokers.topic], listener=_Placing(self._place, consumer))
            while not stop.is_set():
                for partition, records in consumer.poll(timeout_ms=WAIT_MS, max_records=MOST_AT_ONCE).items():
                    self._take(consumer, partition, records)
        finally:
            consumer.close(autocommit=False, timeout_ms=3_000)

    def _place(self, consumer: KafkaConsumer, assigned: Sequence[TopicPartition]) -> None:
        """Begin where this process last was; on the client's own thread, so the memory is asked later."""
        for partition in assigned:
            consumer.seek(partition, self._next.get(partition.partition, 0))
        self._assigned.update(one.partition for one in assigned)

    def _take(self, consumer: KafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        number = partition.partition
        if number in self._assigned:
            self._assigned.discard(number)
            self._sought.pop(number, None)
            self._next[number] = self._memory.places(self._topic).get(number, 0)
        start = self._next[number]
        ahead = [record for record in records if record.offset >= start]
        between = records[0].offset > start and self._sought.get(number) != start  # where nothing is, it is sought once
        if not ahead or between:  # another member has gone on, or this one was put back
            self._sought[number] = start
            consumer.seek(partition, start)
            return
        try:
            for first in range(0, len(ahead), self._together):
                self._take_in(number, ahead[first : first + self._together])
        except Overtaken as overtaken:
            _log.warning("another process of %s has taken in %s", self._memory.subscriber, overtaken)
            self._assigned.add(number)
            consumer.seek(partition, start)
            return
        consumer.commit_async({partition: OffsetAndMetadata(records[-1].offset + 1)})

    def _take_in(self, number: int, records: Sequence[ConsumerRecord]) -> None:
        """These are handled and remembered together."""
        behind = records[-1].offset + 1
        with self._memory.transaction():
            for record in records:
                try:
                    self._take_record(record)
                except Foreign as foreign:
                    place = f"{record.topic} {record.partition} {record.offset}"
                    _log.error("passes over what stands at %s: %s", place, foreign)
            self._memory.move(self._topic, number, behind)
        self._next[number] = behind

    def _take_record(self, record: ConsumerRecord) -> None:
        source = self._hearing.demand(_source_in(record))
        self._hearing.take(arrived(record, source), source)


def _source_in(record: ConsumerRecord) -> LogSource:
    found = dict(record.headers)
    log, generation = found.get("milepost-log"), found.get("milepost-generation") or b""
    if not log or not generation.isdigit() or len(generation) > 9:
        raise Foreign("it names no log")
    return LogSource(log.decode(errors="replace"), int(generation))


def _id_of(brokers: Brokers) -> str:
    """The topic's id; one that was made anew under the same name has another, and offsets of its own."""
    admin = brokers.admin()
    try:
        [found] = admin.describe_topics([brokers.topic])
    finally:
        admin.close()
    if found["error_code"]:
        raise UnknownTopicOrPartitionError(brokers.topic)
    return str(found["topic_id"])


class _Placing(ConsumerRebalanceListener):
    """Tells a subscriber which partitions it has from now on."""

    def __init__(self, placed: Callable[[KafkaConsumer, Sequence[TopicPartition]], None], of: KafkaConsumer) -> None:
        self._placed, self._consumer = placed, of

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self._placed(self._consumer, assigned)

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """What was taken in is remembered already."""

    def on_partitions_lost(self, lost: Sequence[TopicPartition]) -> None:
        """The same: the memory fences whoever comes late."""
