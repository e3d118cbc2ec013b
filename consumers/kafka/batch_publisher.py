"""The carrier: sends the log page by page in order, and sees to it that every single record was acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from kafka.producer.future import FutureRecordMetadata, RecordMetadata

from consumers.event_log import Batch, LoggedEvent, LogSource
from consumers.kafka.client import ended
from consumers.kafka.parked_streams import Unsent
from consumers.kafka.records import headers_of
from consumers.kafka.send_spans import Sending, sending
from consumers.kafka.topic import LARGEST_RECORD, partition_of

AROUND_IT = 2_000
"""Bytes, at most: what a record and its batch take beside the event, its kind, and its stream as key and header."""


@dataclass
class Page:
    """Events that were handed over: up to which position and moment of the log, since when, and what became of them.

    `taken_up` are streams that had been withheld, and of which this is what was.
    """

    end: int
    at: str | None = None
    since: float = field(default_factory=monotonic)
    sent: list[FutureRecordMetadata] = field(default_factory=list[FutureRecordMetadata])
    unsent: list[Unsent] = field(default_factory=list[Unsent])
    ends: dict[int, int] = field(default_factory=dict[int, int])
    taken_up: Sequence[str] = ()
    sending: Sending | None = None

    def settled(self, seconds: float) -> bool:
        """Whether all of it is acknowledged, after waiting so long at the most. Raises what a record failed with."""
        until = monotonic() + seconds
        while self.sent:
            future = self.sent[-1]  # the rest is done by then, unless something failed
            if not _done(future, until):
                self._demand_none_failed()
                return False
            self.sent.pop()
            self._take(future)
        if self.sending:
            self.sending.tell()
        return True

    def _demand_none_failed(self) -> None:
        for future in self.sent:
            if future.is_done:
                _taken(future)

    def _take(self, future: FutureRecordMetadata) -> None:
        there = _taken(future)
        self.ends[there.partition] = max(self.ends.get(there.partition, 0), there.offset + 1)


def _taken(future: FutureRecordMetadata) -> RecordMetadata:
    """Where a record is that is done. Raises what it failed with."""
    if future.exception or future.value is None:
        raise future.exception or KafkaTimeoutError("a record was never acknowledged")
    return future.value


def _moment(data: bytes) -> str | None:
    """When an event was written; None where it can't be read, which is for those to say who read it."""
    try:
        return datetime.fromisoformat(orjson.loads(data)["recordedtime"]).isoformat()
    except (ValueError, KeyError, TypeError):  # no JSON is a ValueError, too
        return None


def _done(future: FutureRecordMetadata, until: float) -> bool:
    if not future.is_done:
        try:
            future.get(timeout=max(0.0, until - monotonic()))
        except Exception:  # what it failed with stands in the future, and is looked at there
            return future.is_done
    return True


class Carrier:
    """Hands events to one producer. `skip` says up to which position each partition has them, `held` what is parked.

    `ends` are the offsets behind those that are there and were never saved.
    """

    def __init__(
        self,
        producer: KafkaProducer,
        topic: str,
        source: LogSource,
        skip: Mapping[int, int],
        held: set[str],
        ends: Mapping[int, int],
    ) -> None:
        self._producer, self._topic, self._source, self._skip, self._held = producer, topic, source, skip, held
        self.ends = ends

    @property
    def skipped_to(self) -> int:
        """Up to which position some events are there already; at which offsets is only known of the last."""
        return max(self._skip.values(), default=0)

    def send(self, batch: Batch) -> Page:
        page = Page(batch.end, _moment(batch.events[-1].data), sending=sending(self._topic, self._source))
        for heard in batch.events:
            partition = partition_of(heard.stream)
            if heard.stream not in self._held:
                self._hand_over(page, heard, partition, heard.position > self._skip.get(partition, 0))
        return page

    def take_up(self, stream: str, withheld: Sequence[LoggedEvent], end: int) -> Page:
        """Send what was withheld of a stream so far, which is up to the position `end`, and from now on all of it."""
        self._held.discard(stream)
        page = Page(end, taken_up=(stream,), sending=sending(self._topic, self._source))
        for heard in withheld:
            if heard.position <= end and stream not in self._held:
                self._hand_over(page, heard, partition_of(stream))
        return page

    def _hand_over(self, page: Page, heard: LoggedEvent, partition: int, missing: bool = True) -> None:
        """What is too large is never tried: once a broker refuses one record so, this producer sends nothing more.

        It is never there already, so it is parked even where what follows it in its partition isn't `missing`.
        """
        key = heard.stream.encode()
        size = len(heard.data) + 2 * len(key) + len(heard.kind) + AROUND_IT
        if size > LARGEST_RECORD:
            why = f"no record of {size} bytes is sent: an event has at most 65,535"
            page.unsent.append(Unsent(heard.stream, heard.version, heard.position, why))
            self._held.add(heard.stream)
        elif missing:
            page.sent.append(
                self._producer.send(self._topic, heard.data, key, headers_of(heard, self._source), partition)
            )
            if page.sending:
                page.sending.events.append(heard)

    def close(self) -> None:
        ended(self._producer)
