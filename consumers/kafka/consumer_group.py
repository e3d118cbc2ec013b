"""Hearing the topic as a member of a consumer group: Kafka shares the partitions out, positions stand with the rows."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from threading import Event
from time import monotonic

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError, OffsetOutOfRangeError
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.cloud_event import EventRecord
from consumers.event_log import Batch, ConsumerStopped, EventLog, InvalidRecord, LogSource, Unreachable
from consumers.kafka.client import Brokers, sentence
from consumers.kafka.lease import Sent, carried, sent_so_far
from consumers.kafka.records import Foreign, arrived
from consumers.kafka.topic import PARTITIONS
from consumers.kafka.verification import Held, held, parted
from consumers.read_models.checkpoint import Reflected
from consumers.read_models.projector import Projector
from consumers.read_models.tables import connect
from projections.projection import Projection

MOST_AT_ONCE = 2_000
WAIT_MS = 500
LOOKED_AFTER_SECONDS = 1.0
_log = logging.getLogger("milepost.projector")


_Records = Sequence[ConsumerRecord]
_Polled = Mapping[TopicPartition, _Records]
_Ends = dict[TopicPartition, OffsetAndMetadata]


@dataclass
class _Arrivals:
    """What came out of a partition up to an offset: events, and what is none."""

    end: int
    events: list[EventRecord] = field(default_factory=list[EventRecord])
    invalid: list[InvalidRecord] = field(default_factory=list[InvalidRecord])

    def batch(self, known: Held) -> Batch:
        """All of it, but for what the log doesn't hold so."""
        true, invalid = parted(self.events, known)
        return Batch(true, self.end, [*self.invalid, *invalid])


class Member:
    """One member of the group that keeps a read model up; there may be as many as there are partitions.

    The group only shares the partitions out. Who writes rows is decided by the position that stands beside them.
    """

    def __init__(self, conninfo: str, projector: Projector, event_log: EventLog, brokers: Brokers, group: str) -> None:
        self._conninfo, self._projector, self._brokers, self._group = conninfo, projector, brokers, group
        self._event_log = event_log
        self._assigned: set[int] = set()
        self._since: dict[int, int] = {}
        self._sought: dict[int, int] = {}

    @property
    def stopped(self) -> str | None:
        """Why it ended by itself, if it did."""
        return self._projector.stopped

    def run(self, stop: Event) -> None:
        """Hear until told to stop."""
        self._projector.run(stop, self._hear)

    def _hear(self, stop: Event) -> None:
        self._projector.open(self._transport(), self._starts, stop)
        try:
            consumer = self._brokers.consumer(self._group)
            try:
                self._demand_known(consumer)
                consumer.subscribe([self._brokers.topic], listener=_Placing(self, consumer))
                self._hear_on(consumer, stop)
            finally:
                consumer.close(autocommit=False, timeout_ms=3_000)
        except OffsetOutOfRangeError as error:
            raise ConsumerStopped(
                f"{self._brokers.topic} no longer holds what comes next: find out who removed it, then let "
                "`milepost relay --again` send the whole log anew"
            ) from error
        except KafkaError as error:
            raise Unreachable(sentence(error, self._brokers)) from error

    def _demand_known(self, consumer: KafkaConsumer) -> None:
        """A topic that was made just now may be unknown to a broker; whoever subscribes then is given nothing of it."""
        if not consumer.partitions_for_topic(self._brokers.topic):
            raise Unreachable(f"the brokers don't know {self._brokers.topic} yet: looks again")

    def _hear_on(self, consumer: KafkaConsumer, stop: Event) -> None:
        looked = monotonic()
        taken: _Ends = {}
        while not stop.is_set():
            before, taken = taken, self._take_in(consumer, consumer.poll(timeout_ms=WAIT_MS, max_records=MOST_AT_ONCE))
            if not taken:
                self._projector.settle(partial(self._stay, consumer))
            if before:  # which is written by now
                consumer.commit_async(before)
            if monotonic() - looked > LOOKED_AFTER_SECONDS:
                looked = monotonic()
                if not self._projector.is_current() or self._transport() != self._projector.transport:
                    return

    def _take_in(self, consumer: KafkaConsumer, polled: _Polled) -> _Ends:
        """Take in what the log vouches for; up to where that is of each partition."""
        arrivals = {place: self._sorted(records) for place, records in self._due(consumer, polled).items()}
        if arrivals:
            known = held(self._event_log, chain.from_iterable(one.events for one in arrivals.values()))
            batches = {place.partition: one.batch(known) for place, one in arrivals.items()}
            self._projector.take_in(batches, partial(self._stay, consumer))
        return {place: OffsetAndMetadata(one.end) for place, one in arrivals.items()}

    def _stay(self, consumer: KafkaConsumer) -> None:
        """Take nothing more while rows are still being written, and stay a member of the group all the same."""
        held = consumer.assignment() - consumer.paused()
        consumer.pause(*held)
        for place, records in consumer.poll(timeout_ms=0).items():  # of what was given to us just now
            consumer.seek(place, records[0].offset)
        consumer.resume(*(held & consumer.assignment()))

    def _due(self, consumer: KafkaConsumer, polled: _Polled) -> _Polled:
        """What comes next of each partition; elsewhere the consumer is sent there first."""
        return {place: due for place, records in polled.items() if (due := self._next(consumer, place, records))}

    def _next(self, consumer: KafkaConsumer, place: TopicPartition, records: _Records) -> _Records:
        number = place.partition
        if number in self._assigned:
            self._assigned.discard(number)
            self._sought.pop(number, None)
            self._projector.look_again(number)
        start = max(self._projector.position(number), self._since.get(number, 0))
        if records[0].offset > start and self._sought.get(number) != start:
            self._sought[number] = start  # what lies between was fetched for a member that had it before, or is nothing
            consumer.seek(place, start)
            return []
        return [one for one in records if one.offset >= start]

    def _sorted(self, records: _Records) -> _Arrivals:
        """What is an event of the log, as far as can be seen, and what is none."""
        found = _Arrivals(records[-1].offset + 1)
        for record in records:
            try:
                found.events.append(arrived(record, self._projector.source))
            except Foreign as foreign:
                found.invalid.append(InvalidRecord(record.offset, str(foreign)))
        return found

    def placed(self, consumer: KafkaConsumer, assigned: Sequence[TopicPartition]) -> None:
        """Begin where the rows stand; on the client's own thread, so with a connection of its own."""
        with connect(self._conninfo) as connection:
            positions = self._projector.positions(connection)
            sent = sent_so_far(connection, str(self._projector.source))
        self._since = {number: place.since for number, place in sent.items()}
        for partition in assigned:
            known = positions.get(partition.partition, 0)
            consumer.seek(partition, max(known, self._since.get(partition.partition, 0)))
            if partition.partition >= PARTITIONS:
                _log.error("%s has more than %s partitions: nothing is heard in others", partition.topic, PARTITIONS)
                consumer.pause(partition)
        self._assigned.update(one.partition for one in assigned)

    def written(self) -> None:
        """Wait until what was taken in is written, or isn't; from any thread."""
        self._projector.wait()

    def _transport(self) -> str:
        """The topic as it is now; one made anew under the same name is another transport."""
        with connect(self._conninfo) as connection:
            topic = carried(connection, str(self._projector.source)).topic
        if topic is None:
            raise Unreachable(f"nothing of this log was sent to {self._brokers.topic} yet: start the relay")
        return f"kafka {topic}"

    def _starts(self, connection: Connection[DictRow], known: Reflected) -> dict[int, int]:
        """Behind what is reflected already, as far as the relay can tell; else from the beginning once more."""
        source = str(self._projector.source)
        sent, so_far = sent_so_far(connection, source), carried(connection, source)
        covered = so_far.position <= known.position
        places = {number: sent.get(number, Sent(0, 0)) for number in range(PARTITIONS)}
        return {number: place.next if covered else place.since for number, place in places.items()}


def member_of(
    conninfo: str, source: LogSource, event_log: EventLog, brokers: Brokers, projection: Projection
) -> Member:
    """A member of the group that keeps one read model up: a group for each, and for each shape of its rows."""
    projector = Projector(conninfo, source, event_log, [projection])
    return Member(conninfo, projector, event_log, brokers, group_of(brokers, projection))


def group_of(brokers: Brokers, projection: Projection) -> str:
    """The consumer group that keeps a read model up."""
    return f"{brokers.topic}.{projection.table}"


class _Placing(ConsumerRebalanceListener):
    """Tells a member which partitions it has from now on."""

    def __init__(self, member: Member, consumer: KafkaConsumer) -> None:
        self._member, self._consumer = member, consumer

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self._member.placed(self._consumer, assigned)

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Whoever has it next begins where the rows stand."""
        self._member.written()

    def on_partitions_lost(self, lost: Sequence[TopicPartition]) -> None:
        """The same: the position beside the rows fences whoever comes late."""
