"""Verification: an exported log is looked at with nothing but the file; what is wrong is named with its line."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from domain.codec import LARGEST_EVENT, Unreadable, decode
from domain.event import CATEGORIES, kind_named, kind_of
from domain.log_opened import FORMAT, REVISION, STREAM, LogOpened
from domain.values import LARGEST_INTEGER
from milepost.log.export_trailer import ExportSummary

MOST_FINDINGS = 100
_SOURCE = re.compile(r"urn:milepost:([0-9a-f-]{36}):([a-z]+)(?::([a-z0-9][a-z0-9._-]{0,62}))?")
_TYPE = re.compile(r"milepost\.[a-z0-9-]+\.[a-z0-9-]+\.v[1-9]\d*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_SINGULAR = {plural: category for category, plural in CATEGORIES.items()}


@dataclass(frozen=True)
class Discrepancy:
    """What is wrong on one line: what was expected there, and what was found."""

    line: int
    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.place}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class ExportLine:
    """One event as a line of the file says it."""

    position: int
    stream: str
    version: int
    kind: str
    data: bytes


@dataclass
class _Stream:
    version: int = 0
    origin: str | None = None


@dataclass
class Examination:
    """What has been seen of an exported log so far. Memory grows with its streams, not with its events."""

    findings: list[Discrepancy] = field(default_factory=list[Discrepancy])
    unknown: Counter[str] = field(default_factory=Counter[str])
    tally: ExportSummary = field(default_factory=ExportSummary)
    ended: bool = False
    _streams: dict[str, _Stream] = field(default_factory=dict[str, _Stream])
    _moment: str = ""
    _number: int = 0

    @property
    def sound(self) -> bool:
        """Whether the file is whole and nothing in it is wrong; kinds that a newer release wrote are in `unknown`."""
        return not self.findings

    def take(self, raw: bytes) -> ExportLine | dict[str, Any] | None:
        """Look at the next line: the event on it, the fields of a command's outcome, or None where it is neither."""
        self._number += 1
        if self.ended:
            self._wrong("end", "nothing after the trailer", _short(raw))
            return None
        if not raw.endswith(b"\n"):
            self._wrong("end of line", "a line feed", "the end of the file: it is cut off")
        data = raw.removesuffix(b"\n")
        whole = self._canonical(data)
        if set(whole) == {"trailer"}:
            self._end(whole["trailer"])
            return None
        if set(whole) == {"outcome"}:
            self.tally.outcome(data)
            return cast("dict[str, Any]", whole["outcome"])
        return self._event(whole, data)

    def finish(self) -> "Examination":
        """Say what is missing at the end of the file."""
        if not self.ended:
            self._number += 1
            self._wrong("trailer", "a trailer as the last line", "the end of the file: lines are missing")
        return self

    def _wrong(self, place: str, expected: object, found: object) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Discrepancy(self._number, place, str(expected), str(found)))

    def _expect(self, place: str, expected: object, found: object) -> None:
        if expected != found:
            self._wrong(place, expected, found)

    def _canonical(self, data: bytes) -> dict[str, Any]:
        try:
            whole = orjson.loads(data)
            if not isinstance(whole, dict):
                raise TypeError(f"it is a {type(whole).__name__}")
        except (orjson.JSONDecodeError, TypeError) as error:
            self._wrong("line", "a JSON object", f"{_short(data)}: {error}")
            return {}
        again = orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
        if again != data:
            at = next((n for n, pair in enumerate(zip(again, data, strict=False)) if pair[0] != pair[1]), len(again))
            self._wrong(f"byte {at}", f"canonical JSON {_short(again[at:])}", _short(data[at:]))
        for place, found in _uncanonical(cast("dict[str, Any]", whole), ""):
            self._wrong(place, "text in NFC, a whole number within ±(2^53-1), true or false, and names in ASCII", found)
        return cast("dict[str, Any]", whole)

    def _event(self, whole: dict[str, Any], data: bytes) -> ExportLine | None:
        source = _SOURCE.fullmatch(str(whole.get("source")))
        category = _SINGULAR.get(source[2]) if source else None
        self.tally.event(category or "", data)
        if self.tally.outcomes:
            self._wrong("place", "no event after the commands' outcomes", "an event")
        if len(data) > LARGEST_EVENT:
            self._wrong("length", f"at most {LARGEST_EVENT} bytes", len(data))
        if source is None or category is None:
            self._wrong("source", "urn:milepost:LOG:CATEGORY:KEY", whole.get("source"))
            return None
        stream = "-".join(part for part in (category, source[3]) if part)
        self._order(whole, stream)
        self._moments(whole)
        self._log(whole, source[1], stream)
        return self._read(whole, data, stream)

    def _order(self, whole: dict[str, Any], stream: str) -> None:
        known = self._streams.setdefault(stream, _Stream())
        known.version += 1
        self._expect("sequence", f"{known.version:020d} of {stream}", f"{whole.get('sequence')} of {stream}")
        known.origin = known.origin or whole.get("origin")
        self._expect("origin", f"{known.origin} as in all of {stream}", f"{whole.get('origin')} as in all of {stream}")

    def _moments(self, whole: dict[str, Any]) -> None:
        moment = str(whole.get("recordedtime"))
        if not _MOMENT.fullmatch(moment):
            self._wrong("recordedtime", "a moment in UTC with six decimals", moment)
        elif moment <= self._moment:
            self._wrong("recordedtime", f"later than {self._moment}", moment)
        else:
            self._moment = moment

    def _log(self, whole: dict[str, Any], log: str, stream: str) -> None:
        if self.tally.count > 1:
            self._expect("source", f"log {self.tally.log}", f"log {log}")
            return
        opened = cast("dict[str, Any]", data if isinstance(data := whole.get("data"), dict) else {})
        self.tally.log, self.tally.name, self.tally.generation = log, opened.get("name"), opened.get("generation")
        self._expect("type", LogOpened.cloudevents_type(), whole.get("type"))
        self._expect("source", f"the stream {STREAM}", f"the stream {stream}")
        self._expect("data.log", log, opened.get("log"))
        self._expect("data.format", FORMAT, opened.get("format"))
        self._expect("data.revision", REVISION, opened.get("revision", 1))

    def _read(self, whole: dict[str, Any], data: bytes, stream: str) -> ExportLine | None:
        type_ = str(whole.get("type"))
        if not _TYPE.fullmatch(type_):
            self._wrong("type", "milepost.SUBJECT.PARTICIPLE.vN", type_)
            return None
        kind = kind_of(type_)
        try:
            if kind_named(kind) is None:
                self.unknown[kind] += 1
            else:
                decode(data)
        except (Unreadable, ValueError) as error:
            self._wrong("event", f"a {kind} that can be read", error)
        return ExportLine(self.tally.count, stream, self._streams[stream].version, kind, data)

    def _end(self, found: object) -> None:
        self.ended = True
        trailer = cast("dict[str, Any]", found if isinstance(found, dict) else {})
        expected = self.tally.summary()
        for place in sorted(expected.keys() | trailer.keys()):
            self._expect(f"trailer.{place}", expected.get(place), trailer.get(place))


def verify(lines: Iterable[bytes]) -> Examination:
    """Look at every line of an exported log; what is wrong stands in `findings`, the first 100 of it."""
    seen = Examination()
    for line in lines:
        seen.take(line)
    return seen.finish()


def _uncanonical(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Where a name or a value has no canonical form, and what is there."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, object]", value).items():
            if not name.isascii():
                yield place or "line", f"the name {name!r}"
            yield from _uncanonical(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[object]", value)):
            yield from _uncanonical(inner, f"{place}.{number}")
    elif not _plain(value):
        yield place, repr(value)[:80]


def _plain(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() or unicodedata.is_normalized("NFC", value)
    return isinstance(value, int) and abs(value) <= LARGEST_INTEGER


def _short(data: bytes) -> str:
    return repr(data[:60].decode("utf-8", "replace") + ("…" if len(data) > 60 else ""))
