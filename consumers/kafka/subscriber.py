"""The subscriber: hands every event of the topic to a handler once, in the order of each stream.

A service imports it to follow the events (docs/subscribe.md). It needs the topic and an inbox store of its own, and
nothing of Milepost's database.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event

from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from consumers.event_log import Unreachable
from consumers.inbox.event_inbox import EventReader, Handler, Inbox, no_event_reader
from consumers.inbox.inbox_store import AlreadyProcessed, InboxStore
from consumers.kafka.client import KafkaClients, explain_error
from consumers.kafka.consumer_loop import ConsumerLoop
from consumers.kafka.diagnostics import probing_access
from consumers.kafka.records import NotAnEvent, parse_record, parse_source

MAX_RECORDS = 100
_log = logging.getLogger("milepost.subscriber")


class Subscriber:
    """Reads the topic as a member of the consumer group that is called like the store's subscriber.

    `handle` gets each event once; what it raises ends `run`, and the event comes again. `read_events` heals gaps,
    `downcast_to` names the kinds that the handler wants in that older form, `batch_size` is the number of events in a
    transaction of the store.
    """

    def __init__(
        self, clients: KafkaClients, store: InboxStore, handle: Handler, read_events: EventReader = no_event_reader,
        downcast_to: Iterable[str] = (), batch_size: int = 1,
    ) -> None:  # fmt: skip
        self._clients, self._store = clients, store
        self._sink = _InboxSink(store, Inbox(store, handle, read_events, downcast_to), batch_size)

    def run(self, stop: Event) -> None:
        """Read until `stop` is set, and start over after a failure of Kafka; log an error while Kafka refuses us.

        Raises `Gap` if an event is missing and can't be read, `Fork` if the topic holds another history than was
        processed, `ConsumerStopped` if the topic has lost the next record, and whatever handler or store raise.
        """
        with probing_access(self._clients.bootstrap, self._clients.security):
            while not stop.is_set():
                try:
                    self._sink.open(self._clients.read_topic_id())
                    ConsumerLoop(self._clients, self._store.subscriber, self._sink, MAX_RECORDS).run(stop)
                except (KafkaError, Unreachable) as error:
                    reason = explain_error(error, self._clients) if isinstance(error, KafkaError) else str(error)
                    _log.warning("the subscriber can't read: %s", reason)
                    stop.wait(1)


class _InboxSink:
    """The sink of a subscriber: each transaction of the store holds some events and the offset after them."""

    def __init__(self, store: InboxStore, inbox: Inbox, batch_size: int) -> None:
        self._store, self._inbox, self._batch_size = store, inbox, batch_size
        self._topic_id = ""
        self._offsets: dict[int, int] = {}

    def open(self, topic_id: str) -> None:
        """Continue at the stored offsets of a topic; one that was created again has another id, and none stored."""
        self._topic_id, self._offsets = topic_id, self._store.read_offsets(topic_id)

    def read_offsets(self) -> Mapping[int, int]:
        return dict(self._offsets)  # a store's connection may belong to the loop's thread

    def reload(self, partition: int) -> None:
        self._offsets[partition] = self._store.read_offsets(self._topic_id).get(partition, 0)

    def next_offset(self, partition: int) -> int:
        return self._offsets.get(partition, 0)

    def process(self, records: Mapping[int, Sequence[ConsumerRecord]], while_busy: Callable[[], None]) -> None:
        for partition, polled in records.items():
            try:
                for first in range(0, len(polled), self._batch_size):
                    self._process_batch(partition, polled[first : first + self._batch_size])
            except AlreadyProcessed as event:
                _log.warning("another process of %s has processed %s", self._store.subscriber, event)
                self.reload(partition)

    def _process_batch(self, partition: int, records: Sequence[ConsumerRecord]) -> None:
        next_offset = records[-1].offset + 1
        with self._store.transaction():
            for record in records:
                try:
                    self._receive(record)
                except NotAnEvent as reason:
                    where = f"{record.topic} {record.partition} {record.offset}"
                    _log.error("the subscriber skips the record at %s: %s", where, reason)
            self._store.save_offset(self._topic_id, partition, next_offset)
        self._offsets[partition] = next_offset

    def _receive(self, record: ConsumerRecord) -> None:
        source = self._inbox.expected_source(parse_source(record))
        self._inbox.receive(parse_record(record, source), source)

    def flush(self, while_busy: Callable[[], None]) -> None:
        """Nothing to do: `process` stores what it is given."""

    def wait(self) -> None:
        """Nothing to do: a store refuses an event that another process has stored."""

    def is_current(self) -> bool:
        return True
