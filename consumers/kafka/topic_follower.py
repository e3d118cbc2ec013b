"""The topic follower: a projector that reads the topic, as `log_follower` is one that reads the log.

All read models of a process share one consumer group: each record is fetched, verified against the log and decoded once
for all of them (docs/decisions/0007). The checkpoint beside the rows of a read model says from which offset on it wants
the records of a partition.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from threading import Event

from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.cloud_event import EventRecord
from consumers.event_log import Batch, EventLog, InvalidRecord, LogSource, Unreachable
from consumers.kafka.client import KafkaClients, explain_error
from consumers.kafka.consumer_loop import ConsumerLoop
from consumers.kafka.lease import PublishedRange, read_published_ranges, read_relay_state
from consumers.kafka.records import NotAnEvent, parse_record
from consumers.kafka.topic import PARTITIONS
from consumers.kafka.verification import LoggedEvents, read_logged_events, verify_events
from consumers.read_models.checkpoint import Reflected
from consumers.read_models.projector import Projector
from consumers.read_models.tables import connect
from projections.projection import Projection

MAX_RECORDS = 2_000


def follow_topic(
    conninfo: str, source: LogSource, event_log: EventLog, clients: KafkaClients, projections: Iterable[Projection]
) -> "TopicFollower":
    """A follower that keeps these read models up to date, in the consumer group of exactly these."""
    chosen = list(projections)
    projector = Projector(conninfo, source, event_log, chosen)
    return TopicFollower(conninfo, projector, event_log, clients, group_name(clients.topic, chosen))


def group_name(topic: str, projections: Iterable[Projection]) -> str:
    """The consumer group of a set of read models: the topic, then the table of each, in order.

    A group must have one set: a member with fewer read models would leave out the events of the partitions it has.
    """
    return ".".join([topic, *sorted(projection.table for projection in projections)])


class TopicFollower:
    """One member of the group. There may be as many as partitions; which of them writes is decided beside the rows."""

    def __init__(
        self, conninfo: str, projector: Projector, event_log: EventLog, clients: KafkaClients, group: str
    ) -> None:
        self._conninfo, self._projector, self._event_log = conninfo, projector, event_log
        self._clients, self.group = clients, group

    @property
    def stopped(self) -> str | None:
        """Why the projector stopped by itself, if it did."""
        return self._projector.stopped

    def run(self, stop: Event) -> None:
        """Follow until `stop` is set."""
        self._projector.run(stop, self._follow)

    def _follow(self, stop: Event) -> None:
        source = str(self._projector.source)
        topic = _Topic(self._conninfo, source, self._clients.topic)
        self._projector.open(topic.read_transport(), topic.read_start_offsets, stop)
        sink = _ProjectorSink(topic, self._projector, self._event_log)
        try:
            ConsumerLoop(self._clients, self.group, sink, MAX_RECORDS).run(stop)
        except KafkaError as error:
            raise Unreachable(explain_error(error, self._clients)) from error


@dataclass(frozen=True)
class _Topic:
    """What the relay has recorded of the topic it publishes a log to."""

    conninfo: str
    source: str
    name: str

    def read_transport(self) -> str:
        """The name of the topic in checkpoints, by its id: a topic that was created again is another transport."""
        with connect(self.conninfo) as connection:
            topic_id = read_relay_state(connection, self.source).topic_id
        if topic_id is None:
            raise Unreachable(f"nothing of this log was published to {self.name} yet: start the relay")
        return f"kafka {topic_id}"

    def read_start_offsets(self, connection: Connection[DictRow], known: Reflected) -> dict[int, int]:
        """Where a read model starts that has the log up to a position: after what the relay published until then.

        If the relay has published more, it is unknown which records the model has, so it starts at the beginning.
        """
        ranges = read_published_ranges(connection, self.source)
        is_covered = read_relay_state(connection, self.source).position <= known.position
        published = {number: ranges.get(number, PublishedRange()) for number in range(PARTITIONS)}
        return {number: one.end if is_covered else one.start for number, one in published.items()}


@dataclass
class _Parsed:
    """The records of a partition up to an offset, parsed: events, and records that are none."""

    end: int
    events: list[EventRecord] = field(default_factory=list[EventRecord])
    invalid: list[InvalidRecord] = field(default_factory=list[InvalidRecord])

    def verify(self, logged: LoggedEvents) -> Batch:
        valid, invalid = verify_events(self.events, logged)
        return Batch(valid, self.end, [*self.invalid, *invalid])


class _ProjectorSink:
    """The sink of a projector: parses and verifies records, and hands them over as batches."""

    def __init__(self, topic: _Topic, projector: Projector, event_log: EventLog) -> None:
        self._topic, self._projector, self._event_log = topic, projector, event_log
        self._start_offsets: dict[int, int] = {}

    def read_offsets(self) -> Mapping[int, int]:
        """The stored offsets, by a connection of its own; none lies before the published range of its partition."""
        with connect(self._topic.conninfo) as connection:
            offsets = self._projector.positions(connection)
            ranges = read_published_ranges(connection, self._topic.source)
        self._start_offsets = {partition: one.start for partition, one in ranges.items()}
        partitions = offsets.keys() | ranges.keys()
        return {one: max(offsets.get(one, 0), self._start_offsets.get(one, 0)) for one in partitions}

    def reload(self, partition: int) -> None:
        self._projector.look_again(partition)

    def next_offset(self, partition: int) -> int:
        return max(self._projector.position(partition), self._start_offsets.get(partition, 0))

    def process(self, records: Mapping[int, Sequence[ConsumerRecord]], while_busy: Callable[[], None]) -> None:
        parsed = {partition: self._parse(polled) for partition, polled in records.items()}
        logged = read_logged_events(self._event_log, chain.from_iterable(one.events for one in parsed.values()))
        self._projector.take_in({partition: one.verify(logged) for partition, one in parsed.items()}, while_busy)

    def _parse(self, records: Sequence[ConsumerRecord]) -> _Parsed:
        parsed = _Parsed(records[-1].offset + 1)
        for record in records:
            try:
                parsed.events.append(parse_record(record, self._projector.source))
            except NotAnEvent as reason:
                parsed.invalid.append(InvalidRecord(record.offset, str(reason)))
        return parsed

    def flush(self, while_busy: Callable[[], None]) -> None:
        self._projector.settle(while_busy)

    def wait(self) -> None:
        self._projector.wait()

    def is_current(self) -> bool:
        return self._projector.is_current() and self._topic.read_transport() == self._projector.transport
