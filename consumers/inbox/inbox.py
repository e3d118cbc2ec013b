"""Hearing each event once, in the order of its stream: what is known is passed over, what is missing asked for."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote
from urllib.request import urlopen

import orjson

from consumers.cloud_event import EventRecord
from consumers.event_log import ConsumerStopped, Fork, LogSource
from consumers.inbox.downcast import OLDER, Older, in_older_form
from consumers.inbox.inbox_store import Last, Memory
from domain.codec import source_of
from domain.event import kind_of

Handle = Callable[[EventRecord], None]
Again = Callable[[str, int], Iterable[bytes]]
"""Tells the stored bytes of the events that a stream has behind a version once more, in their order."""


class Gap(ConsumerStopped):
    """An event is missing before this one, and nobody tells it again."""


def over_http(address: str) -> Again:
    """Asks a service at an address, like `http://127.0.0.1:8000`, for a project's events. Raises `OSError`."""

    def again(stream: str, after: int) -> Iterable[bytes]:
        category, _, key = stream.partition("-")
        if category != "project":
            return untold(stream, after)
        with urlopen(f"{address}/v1/projects/{quote(key)}/events", timeout=30) as answer:  # noqa: S310 (the caller's)
            told: bytes = answer.read()
        return told.splitlines()

    return again


def untold(stream: str, after: int) -> Iterable[bytes]:
    """Nobody tells anything again."""
    raise Gap(f"{stream} goes on without the event behind version {after}: give the subscriber a way to ask again")


class Hearing:
    """What one subscriber makes of events that come at least once; `older` names kinds wanted in that older form."""

    def __init__(
        self, memory: Memory, handle: Handle, again: Again = untold, older: Iterable[str] = (),
        ways: Mapping[str, Older] = OLDER,
    ) -> None:  # fmt: skip
        self._memory, self._handle, self._again = memory, handle, again
        self._older, self._ways = frozenset(older), ways
        self._source = memory.source()

    def demand(self, source: LogSource) -> LogSource:
        """Whose events are heard: the first's, for ever. Raises `Fork` for another generation of the same log."""
        known = self._source or source
        if source.log == known.log and source.generation != known.generation:
            raise Fork(
                f"this is generation {source.generation} of the log, and generation {known.generation} was heard: "
                "find out what was lost between them, then begin anew with an empty memory"
            )
        return known

    def take(self, event: EventRecord, source: LogSource) -> None:
        """Handle what is new, within a transaction of the memory.

        Raises `Gap`, `Fork`, `Overtaken`, and whatever the handler raises.
        """
        last = self._memory.last(event.stream)
        if event.version == last.version and leaf_of(event.data) != last.leaf:
            raise Fork(
                f"{event.stream} {event.version} is not the event that was heard there before: find out which history "
                "is true, then begin anew with an empty memory"
            )
        if event.version > last.version + 1:
            for missed in self._missed(event, source, last.version):
                last = self._next(missed, source, last)
        if event.version > last.version:
            self._next(event, source, last)

    def _next(self, event: EventRecord, source: LogSource, last: Last) -> Last:
        self._handle(in_older_form(event, self._older, self._ways))
        now = Last(event.version, leaf_of(event.data))
        self._memory.keep(source, event.stream, last, now)
        self._source = source
        return now

    def _missed(self, event: EventRecord, source: LogSource, after: int) -> Iterator[EventRecord]:
        expected = after + 1
        for data in self._again(event.stream, after):
            whole = orjson.loads(data)
            if whole["source"] != source_of(source.log, event.stream):
                raise Fork(f"what is told again of {event.stream} is of {whole['source']}: ask the log that sends here")
            version = int(whole["sequence"])
            if version == expected < event.version:
                yield replace(event, version=version, kind=kind_of(whole["type"]), data=data, position=0)
                expected += 1
        if expected < event.version:
            raise Gap(f"{event.stream} has no event {expected} before {event.version}, not even when asked again")


def leaf_of(data: bytes) -> str:
    """The hash by which the ledger knows an event, in hexadecimal (docs/format.md)."""
    return hashlib.sha256(b"\0" + data).hexdigest()
