"""Records that no relay of this log ever sent: each a way in which a true one is changed, and why it is kept apart."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import orjson

from consumers.event_log import LoggedEvent, LogSource
from consumers.kafka.records import CONTENT_TYPE, encode_headers
from consumers.kafka.topic import LARGEST_RECORD, PARTITIONS, partition_of

Headers = list[tuple[str, bytes | None]]
NUMBERS = ("milepost-position", "milepost-version")
NAMES = ("milepost-log", "milepost-generation", *NUMBERS, "milepost-stream", "milepost-kind")
NO_NUMBERS = ("0", "-1", "+1", "01", "1.0", "1e3", " 1", "0x1", "1_0", "١", "²", "9" * 17)


@dataclass(frozen=True)
class Sent:
    """A record as a producer takes it."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers = field(default_factory=Headers)

    def with_header(self, name: str, value: bytes | None) -> "Sent":
        changed = [(n, value if n == name else v) for n, v in self.headers]
        return replace(self, headers=changed)

    def of_stream(self, stream: bytes) -> "Sent":
        return replace(self.with_header("milepost-stream", stream), key=stream)

    def saying(self, **attributes: object) -> "Sent":
        """The value with these attributes instead of its own."""
        return replace(self, value=orjson.dumps(orjson.loads(self.value or b"") | attributes))


Change = Callable[[Sent], Sent]


def true_record(heard: LoggedEvent, source: LogSource) -> Sent:
    """The record of an event as the relay sends it."""
    return Sent(partition_of(heard.stream), heard.stream.encode(), heard.data, [*encode_headers(heard, source)])


def _header(name: str, value: bytes | None, record: Sent) -> Sent:
    return record.with_header(name, value)


def _more(more: tuple[str, bytes], record: Sent) -> Sent:
    return replace(record, headers=[*record.headers, more])


def _without(name: str, record: Sent) -> Sent:
    return replace(record, headers=[one for one in record.headers if one[0] != name])


def _value(value: bytes, record: Sent) -> Sent:
    return replace(record, value=value)


def _attributes(attributes: dict[str, object], record: Sent) -> Sent:
    return record.saying(**attributes)


def _in_headers() -> dict[str, tuple[Change, str]]:
    found: dict[str, tuple[Change, str]] = {}
    for name in NAMES:
        found[f"no {name}"] = (partial(_without, name), f"it has no header {name}")
        found[f"{name} twice"] = (partial(_more, (name, b"1")), f"it has the header {name} twice")
        found[f"{name} null"] = (partial(_header, name, None), f"its header {name} has no value, or contains NUL")
        found[f"{name} with NUL"] = (
            partial(_header, name, b"a\0b"),
            f"its header {name} has no value, or contains NUL",
        )
        found[f"{name} no text"] = (partial(_header, name, b"\xff\xfe"), f"its header {name} is not UTF-8")
    for name in NAMES[:-1]:
        found[f"{name} empty"] = (partial(_header, name, b""), "it")
        found[f"{name} huge"] = (partial(_header, name, b"7" * 9_000), "it")
    for name in NUMBERS:
        for text in NO_NUMBERS:
            change = (partial(_header, name, text.encode()), f"its header {name} is not an integer from 1")
            found[f"{name} {text}"] = change
    return found


def _of_another_log() -> dict[str, tuple[Change, str]]:
    changes = {
        "milepost-log": (b"another", b"OTHER", b"urn:milepost:x"),
        "milepost-generation": (b"2", b"01", b"1.0", b"-1"),
    }
    return {
        f"{name} {text.decode()}": (partial(_header, name, text), "it is of log")
        for name, texts in changes.items()
        for text in texts
    }


ELSEWHERE = "belongs in partition"
KEYLESS = "its key is not its stream"
IN_HEADERS: dict[str, tuple[Change, str]] = {
    **_in_headers(),
    **_of_another_log(),
    "no headers": (lambda r: replace(r, headers=[]), "it has no header"),
    "only the content type": (lambda r: replace(r, headers=[("content-type", CONTENT_TYPE)]), "it has no header"),
    "null key": (lambda r: replace(r, key=None), KEYLESS),
    "empty key": (lambda r: replace(r, key=b""), KEYLESS),
    "key of another stream": (lambda r: replace(r, key=b"project-other"), KEYLESS),
    "key in upper case": (lambda r: replace(r, key=(r.key or b"").upper()), KEYLESS),
    "key with NUL": (lambda r: replace(r, key=(r.key or b"") + b"\0"), KEYLESS),
    "key as JSON": (lambda r: replace(r, key=orjson.dumps((r.key or b"").decode())), KEYLESS),
    "key that is no text": (lambda r: replace(r, key=b"\xff"), KEYLESS),
    "tombstone": (lambda r: replace(r, value=None), "it has no value"),
    "wrong partition": (lambda r: replace(r, partition=(r.partition + 1) % PARTITIONS), ELSEWHERE),
    "stream with NUL": (lambda r: r.of_stream(b"project-\0"), "has no value, or contains NUL"),
    "endless stream": (lambda r: r.of_stream(b"project-" + b"x" * 5_000), KEYLESS),
    "version beyond its position": (lambda r: r.with_header("milepost-version", b"999"), "it can't be version 999"),
}
"""What the record alone shows."""

UNSENDABLE = {name for name in IN_HEADERS if name.endswith(" null")}
"""What the client itself doesn't send; other clients do."""

TOO_LARGE = replace(Sent(0, b"", b""), value=b"x" * (LARGEST_RECORD + 1))

_SYNTAX = {
    "empty": b"",
    "blank": b" ",
    "null": b"null",
    "list": b"[]",
    "number": b"7",
    "object": b"{}",
    "BOM": b"\xef\xbb\xbf{}",
    "no text": b"\xff\xfe",
    "NaN": b'{"type":NaN}',
    "deep": b"[" * 2_000,
    "deeper": b'{"a":' * 20_000,
    "XML": b"<event/>",
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}
_ATTRIBUTES: dict[str, dict[str, object]] = {
    "unknown kind": {"type": "milepost.project.teleported.v1"},
    "kind of the future": {"type": "milepost.project.proposed.v999"},
    "kind that is a module": {"type": "os:system"},
    "no kind": {"type": None},
    "another log's event": {"source": "urn:milepost:another:projects:a"},
    "another stream's event": {"source": "urn:milepost:test:projects:b"},
    "another version": {"sequence": f"{77:020d}"},
    "version 0": {"sequence": "0" * 20},
    "no data": {"data": None},
    "data as a list": {"data": []},
    "data of another kind": {"data": {"nothing": "of it"}},
    "no moment": {"recordedtime": "yesterday"},
    "an id that is a number": {"id": 5},
    "a person with NUL": {"authid": "a\0b"},
    "a person that is an object": {"authid": {"$ne": 1}},
}
AGAINST_THE_LOG: dict[str, Change] = {
    **{name: partial(_value, value) for name, value in _SYNTAX.items()},
    **{name: partial(_attributes, attributes) for name, attributes in _ATTRIBUTES.items()},
    "cut off": lambda r: replace(r, value=(r.value or b"")[:-1]),
    "half": lambda r: replace(r, value=(r.value or b"")[: len(r.value or b"") // 2]),
    "version long ago with another id": lambda r: version(r.saying(id="00000000-0000-7000-8000-00000000dead"), 1),
    "version after a gap": lambda r: version(r, 9),
    "position that is still to come": lambda r: r.with_header("milepost-position", b"999999999"),
}
"""What only shows when it is read, or against what the log holds."""


def version(record: Sent, number: int) -> Sent:
    """The record with another version, in header and value."""
    return record.with_header("milepost-version", b"%d" % number).saying(sequence=f"{number:020d}")
