"""The batch publisher: sends batches of the log in order, and checks that Kafka acknowledges every record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from kafka.producer.future import FutureRecordMetadata, RecordMetadata

from consumers.event_log import Batch, LoggedEvent, LogSource
from consumers.kafka.client import force_close
from consumers.kafka.parked_streams import UnpublishedStream
from consumers.kafka.records import encode_headers
from consumers.kafka.send_spans import SendSpans, start_send_spans
from consumers.kafka.topic import LARGEST_RECORD, partition_of

RECORD_OVERHEAD = 2_000
"""Bytes, at most, of a record and its batch beside the event, its kind, and its stream as key and header."""


@dataclass
class PublishedBatch:
    """A batch that was handed to the producer: the position and time of its last event, and its records in flight.

    `parked` are the streams that it parks, `released` the parked streams that it publishes again.
    """

    end: int
    recorded_at: str | None = None
    started: float = field(default_factory=monotonic)
    in_flight: list[FutureRecordMetadata] = field(default_factory=list[FutureRecordMetadata])
    parked: list[UnpublishedStream] = field(default_factory=list[UnpublishedStream])
    end_offsets: dict[int, int] = field(default_factory=dict[int, int])
    released: Sequence[str] = ()
    spans: SendSpans | None = None

    def wait_acknowledged(self, seconds: float) -> bool:
        """Wait at most so long; return whether every record is acknowledged. Raises the error of a failed record."""
        until = monotonic() + seconds
        while self.in_flight:
            future = self.in_flight[-1]  # the records before it are done by then, unless one failed
            if not _wait_done(future, until):
                self._raise_failure()
                return False
            self.in_flight.pop()
            self._save_offset(_metadata(future))
        if self.spans:
            self.spans.end()
        return True

    def _raise_failure(self) -> None:
        for future in self.in_flight:
            if future.is_done:
                _metadata(future)

    def _save_offset(self, record: RecordMetadata) -> None:
        self.end_offsets[record.partition] = max(self.end_offsets.get(record.partition, 0), record.offset + 1)


def _wait_done(future: FutureRecordMetadata, until: float) -> bool:
    if not future.is_done:
        try:
            future.get(timeout=max(0.0, until - monotonic()))
        except Exception:  # the future keeps the error, and `_metadata` raises it
            return future.is_done
    return True


def _metadata(future: FutureRecordMetadata) -> RecordMetadata:
    """The partition and offset of a record that is done. Raises its error."""
    if future.exception or future.value is None:
        raise future.exception or KafkaTimeoutError("a record was never acknowledged")
    return future.value


class BatchPublisher:
    """Publishes events by one producer. It owns the producer, and adds to `parked` the streams that it parks.

    `published` is the position up to which each partition holds its events already, `parked` the streams that are not
    published, `unsaved_offsets` the end offsets of records that are in the topic and were never saved.
    """

    def __init__(
        self,
        producer: KafkaProducer,
        topic: str,
        source: LogSource,
        published: Mapping[int, int],
        parked: set[str],
        unsaved_offsets: Mapping[int, int],
    ) -> None:
        self._producer, self._topic, self._source = producer, topic, source
        self._published, self._parked = published, parked
        self.unsaved_offsets = unsaved_offsets

    @property
    def published_until(self) -> int:
        """The greatest position that the topic held at the start; nothing is saved before it is passed."""
        return max(self._published.values(), default=0)

    def publish(self, batch: Batch) -> PublishedBatch:
        """Send the events of a batch that the topic doesn't hold, but for those of parked streams."""
        published = PublishedBatch(
            batch.end, _recorded_at(batch.events[-1].data), spans=start_send_spans(self._topic, self._source)
        )
        for event in batch.events:
            partition = partition_of(event.stream)
            if event.stream not in self._parked:
                is_missing = event.position > self._published.get(partition, 0)
                self._send(published, event, partition, is_missing)
        return published

    def publish_parked(self, stream: str, events: Sequence[LoggedEvent], end: int) -> PublishedBatch:
        """Send the events of a parked stream up to the position `end`; from now on the stream isn't parked."""
        self._parked.discard(stream)
        published = PublishedBatch(end, released=(stream,), spans=start_send_spans(self._topic, self._source))
        for event in events:
            if event.position <= end and stream not in self._parked:
                self._send(published, event, partition_of(stream))
        return published

    def _send(self, batch: PublishedBatch, event: LoggedEvent, partition: int, is_missing: bool = True) -> None:
        """Hand one event to the producer, or park its stream if the event is too large for a record.

        A record that is too large is never sent: once a broker refuses one, this producer sends nothing more. The topic
        can't hold it, so its stream is parked even if the topic holds later events of the partition.
        """
        key = event.stream.encode()
        size = len(event.data) + 2 * len(key) + len(event.kind) + RECORD_OVERHEAD
        if size > LARGEST_RECORD:
            reason = f"a record of {size} bytes is too large: an event has at most 65,535"
            batch.parked.append(UnpublishedStream(event.stream, event.version, event.position, reason))
            self._parked.add(event.stream)
        elif is_missing:
            headers = encode_headers(event, self._source)
            batch.in_flight.append(self._producer.send(self._topic, event.data, key, headers, partition))
            if batch.spans:
                batch.spans.events.append(event)

    def close(self) -> None:
        force_close(self._producer)


def _recorded_at(data: bytes) -> str | None:
    """When an event was recorded; None if its bytes can't be read, which consumers report."""
    try:
        return datetime.fromisoformat(orjson.loads(data)["recordedtime"]).isoformat()
    except (ValueError, KeyError, TypeError):  # invalid JSON is a ValueError
        return None
