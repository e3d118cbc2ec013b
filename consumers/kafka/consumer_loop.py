"""The consumer loop: reads the topic as a member of a consumer group, for projectors and subscribers alike.

The group only assigns partitions. Which record comes next is decided by the sink, which stores the next offset of each
partition in the transaction of its own results. So at any time the loop gives the sink exactly the records from its
next offset on:

- A partition that was just assigned starts at the stored offset, since another member may have advanced it.
- If the first record of a poll lies after the next offset, the loop seeks back to it once; if it still does, there is
  nothing between (the marker of a transaction), and the loop goes on.
- If the sink's next offset falls behind what it was given, as after a write that another member was faster with, the
  loop seeks back to it.

The offsets that are committed to Kafka are for its own tools to show; nothing starts there.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from time import monotonic
from typing import Protocol

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import OffsetOutOfRangeError

from consumers.event_log import ConsumerStopped, Unreachable
from consumers.kafka.client import KafkaClients
from consumers.kafka.topic import PARTITIONS

POLL_MS = 500
CLOSE_MS = 3_000
CHECK_SECONDS = 1.0
_log = logging.getLogger("milepost.consumer")
_Records = Sequence[ConsumerRecord]
_Polled = Mapping[TopicPartition, _Records]
_Offsets = dict[TopicPartition, OffsetAndMetadata]


class RecordSink(Protocol):
    """What a loop hands records to. All methods but `read_offsets` and `wait` are called on the loop's thread."""

    def read_offsets(self) -> Mapping[int, int]:
        """The stored next offset of each partition, on the Kafka client's thread."""
        ...

    def reload(self, partition: int) -> None:
        """Read again what is stored of a partition that was just assigned."""
        ...

    def next_offset(self, partition: int) -> int:
        """The offset of the next record that the sink wants of a partition."""
        ...

    def process(self, records: Mapping[int, _Records], while_busy: Callable[[], None]) -> None:
        """Process records by partition. All that was given before is stored on return; these may be stored later.

        Calls `while_busy` at intervals while it waits, so that the member stays in its group.
        """
        ...

    def flush(self, while_busy: Callable[[], None]) -> None:
        """Return once all that was given is stored."""
        ...

    def wait(self) -> None:
        """Return once nothing is being stored, whatever comes of it; on the Kafka client's thread."""
        ...

    def is_current(self) -> bool:
        """Whether the sink still wants records of this topic; otherwise the loop ends."""
        ...


class ConsumerLoop:
    """Reads the topic for one sink, at most `max_records` a poll."""

    def __init__(self, clients: KafkaClients, group: str, sink: RecordSink, max_records: int) -> None:
        self._clients, self._group, self._sink, self._max_records = clients, group, sink, max_records
        self._assigned: set[int] = set()
        self._sought: dict[int, int] = {}
        self._given: dict[int, int] = {}

    def run(self, stop: Event) -> None:
        """Read until `stop` is set or the sink is not current.

        Raises `ConsumerStopped` if the topic has lost the next record, `Unreachable` while the brokers don't know the
        topic, `KafkaError`, and whatever the sink raises.
        """
        consumer = self._clients.consumer(self._group)
        try:
            if not consumer.partitions_for_topic(self._clients.topic):  # a subscription would get no partitions
                raise Unreachable(f"the brokers don't know {self._clients.topic} yet: trying again")
            consumer.subscribe([self._clients.topic], listener=_Rebalance(self, consumer))
            self._read(consumer, stop)
        except OffsetOutOfRangeError as error:
            raise ConsumerStopped(
                f"{self._clients.topic} no longer holds the next record: find out who deleted it, then publish the "
                "whole log again by `milepost relay --republish-all`"
            ) from error
        finally:
            consumer.close(autocommit=False, timeout_ms=CLOSE_MS)

    def _read(self, consumer: KafkaConsumer, stop: Event) -> None:
        checked, given = monotonic(), _Offsets()
        while not stop.is_set():
            stored, given = given, self._process(consumer, consumer.poll(POLL_MS, max_records=self._max_records))
            if not given:
                self._sink.flush(lambda: self._stay_member(consumer))
            if stored:
                consumer.commit_async(stored)
            self._seek_back(consumer)
            if monotonic() - checked > CHECK_SECONDS:
                checked = monotonic()
                if not self._sink.is_current():
                    return

    def _process(self, consumer: KafkaConsumer, polled: _Polled) -> _Offsets:
        """Give the sink what it wants of the polled records; return the offset after them by partition."""
        wanted = {one: records for one in polled if (records := self._select(consumer, one, polled[one]))}
        if wanted:
            by_partition = {one.partition: records for one, records in wanted.items()}
            self._sink.process(by_partition, lambda: self._stay_member(consumer))
        ends = {one: records[-1].offset + 1 for one, records in wanted.items()}
        self._given.update((one.partition, end) for one, end in ends.items())
        return {one: OffsetAndMetadata(end) for one, end in ends.items()}

    def _select(self, consumer: KafkaConsumer, partition: TopicPartition, records: _Records) -> _Records:
        """The records from the sink's next offset on; none if the consumer has to seek first."""
        number = partition.partition
        if number in self._assigned:
            self._assigned.discard(number)
            self._forget(number)
            self._sink.reload(number)
        start = self._sink.next_offset(number)
        wanted = [record for record in records if record.offset >= start]
        is_gap = records[0].offset > start and self._sought.get(number) != start
        if wanted and not is_gap:
            return wanted
        self._seek(consumer, partition, start)
        return []

    def _seek_back(self, consumer: KafkaConsumer) -> None:
        """Seek where the sink wants records again that it was given before."""
        for partition in consumer.assignment():
            number = partition.partition
            if number not in self._assigned and number in self._given:
                start = self._sink.next_offset(number)
                if start < self._given[number]:
                    self._seek(consumer, partition, start)

    def _seek(self, consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> None:
        self._forget(partition.partition)
        self._sought[partition.partition] = offset
        consumer.seek(partition, offset)

    def _forget(self, partition: int) -> None:
        self._sought.pop(partition, None)
        self._given.pop(partition, None)

    def _stay_member(self, consumer: KafkaConsumer) -> None:
        """Poll without reading, so that a sink that is busy for long isn't removed from the group."""
        reading = consumer.assignment() - consumer.paused()
        consumer.pause(*reading)
        for partition, records in consumer.poll(timeout_ms=0).items():  # of partitions assigned by this poll
            consumer.seek(partition, records[0].offset)
        consumer.resume(*(reading & consumer.assignment()))

    def assign(self, consumer: KafkaConsumer, assigned: Sequence[TopicPartition]) -> None:
        """Seek to the stored offsets of partitions that were just assigned; on the Kafka client's thread."""
        offsets = self._sink.read_offsets()
        for partition in assigned:
            consumer.seek(partition, offsets.get(partition.partition, 0))
            if partition.partition >= PARTITIONS:
                _log.error("%s has more than %s partitions: the others are not read", partition.topic, PARTITIONS)
                consumer.pause(partition)
        self._assigned.update(one.partition for one in assigned)

    def release(self) -> None:
        """Let the sink store what it was given before another member starts there."""
        self._sink.wait()


class _Rebalance(ConsumerRebalanceListener):
    """Tells a loop which partitions it is assigned, and when it gives some up."""

    def __init__(self, loop: ConsumerLoop, consumer: KafkaConsumer) -> None:
        self._loop, self._consumer = loop, consumer

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self._loop.assign(self._consumer, assigned)

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        self._loop.release()

    def on_partitions_lost(self, lost: Sequence[TopicPartition]) -> None:
        """Nothing to do: the sink refuses to store what another member has stored."""
