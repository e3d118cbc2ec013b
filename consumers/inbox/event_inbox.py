"""The inbox: hands each event to a handler once, in the order of its stream, though events arrive at least once.

The inbox stores the version and the hash of the last processed event of each stream. By these it skips duplicates,
refuses forks, and detects gaps; a gap is healed by reading the missing events from their source.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote
from urllib.request import urlopen

import orjson

from consumers.cloud_event import EventRecord, kind_of_type
from consumers.event_log import ConsumerStopped, Fork, LogSource
from consumers.inbox.downcast import DOWNCASTS, Downcast, downcast
from consumers.inbox.inbox_store import InboxStore, LastEvent

Handler = Callable[[EventRecord], None]
EventReader = Callable[[str, int], Iterable[bytes]]
"""Reads the canonical bytes of a stream's events again, in order, at least those after a version."""


class Gap(ConsumerStopped):
    """An event is missing before this one, and the event reader doesn't return it."""


def http_event_reader(address: str) -> EventReader:
    """Reads the events of projects from a service, like `http://127.0.0.1:8000`. Raises `OSError`."""

    def read_events(stream: str, after: int) -> Iterable[bytes]:
        category, _, key = stream.partition("-")
        if category != "project":
            return no_event_reader(stream, after)
        with urlopen(f"{address}/v1/projects/{quote(key)}/events", timeout=30) as response:  # noqa: S310 (the caller's)
            body: bytes = response.read()
        return body.splitlines()

    return read_events


def no_event_reader(stream: str, after: int) -> Iterable[bytes]:
    """Raise `Gap`: the subscriber was given no way to read events again."""
    raise Gap(
        f"{stream} has no event after version {after} here, and later ones arrived: give the subscriber `read_events` "
        "to read the missing events"
    )


class Inbox:
    """The inbox of one subscriber. `downcast_to` names the kinds that the handler wants in that older form."""

    def __init__(
        self, store: InboxStore, handle: Handler, read_events: EventReader = no_event_reader,
        downcast_to: Iterable[str] = (), downcasts: Mapping[str, Downcast] = DOWNCASTS,
    ) -> None:  # fmt: skip
        self._store, self._handle, self._read_events = store, handle, read_events
        self._downcast_to, self._downcasts = frozenset(downcast_to), downcasts
        self._source = store.read_source()

    def expected_source(self, source: LogSource) -> LogSource:
        """The log whose events are processed: that of the first event, for ever.

        Raises `Fork` if `source` is another generation of this log.
        """
        known = self._source or source
        if source.log == known.log and source.generation != known.generation:
            raise Fork(
                f"log {source.log} is now generation {source.generation}, and events of generation {known.generation} "
                "were processed: find out which events differ between them, then start again with an empty inbox"
            )
        return known

    def receive(self, event: EventRecord, source: LogSource) -> None:
        """Hand an event to the handler unless it was processed, after any missing ones; within the store's transaction.

        Raises `Gap`, `Fork`, `AlreadyProcessed`, and whatever the handler raises.
        """
        last = self._store.read_last_event(event.stream)
        if event.version == last.version and leaf_hash(event.data) != last.hash:
            raise Fork(
                f"{event.stream} {event.version} differs from the event that was processed there: find out which "
                "history is true, then start again with an empty inbox"
            )
        if event.version > last.version + 1:
            for missing in self._read_missing(event, last.version):
                last = self._process(missing, source, last)
        if event.version > last.version:
            self._process(event, source, last)

    def _process(self, event: EventRecord, source: LogSource, last: LastEvent) -> LastEvent:
        self._handle(downcast(event, self._downcast_to, self._downcasts))
        processed = LastEvent(event.version, leaf_hash(event.data))
        self._store.save_event(source, event.stream, last, processed)
        self._source = source
        return processed

    def _read_missing(self, event: EventRecord, after: int) -> Iterator[EventRecord]:
        """The events of the stream between a version and an event. Raises `Fork` for those of another source."""
        source, expected = orjson.loads(event.data)["source"], after + 1
        for data in self._read_events(event.stream, after):
            envelope = orjson.loads(data)
            if envelope["source"] != source:
                raise Fork(
                    f"{event.stream} was read again as {envelope['source']}, and the topic holds {source}: read from "
                    "the service of the same log"
                )
            version = int(envelope["sequence"])
            if version == expected < event.version:
                kind = kind_of_type(envelope["type"])
                yield replace(event, version=version, kind=kind, data=data, position=0)
                expected += 1
        if expected < event.version:
            raise Gap(f"{event.stream} has no event {expected} before {event.version}, not even when read again")


def leaf_hash(data: bytes) -> str:
    """The leaf hash of an event in the ledger, in hexadecimal (docs/format.md)."""
    return hashlib.sha256(b"\0" + data).hexdigest()
