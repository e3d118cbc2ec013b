"""Rows of the log that were spoilt: each a kind as it is stored, and how the bytes of an event are changed."""

import gzip
import pickle
import zlib
from base64 import b64encode
from collections.abc import Callable
from functools import partial

import orjson

Spoil = Callable[[bytes], bytes]
KIND = "change.classified/1"


def _instead(value: bytes, _: bytes) -> bytes:
    return value


def _without(name: str, data: bytes) -> bytes:
    whole = orjson.loads(data)
    del whole[name]
    return orjson.dumps(whole)


def _with(attributes: dict[str, object], data: bytes) -> bytes:
    return orjson.dumps(orjson.loads(data) | attributes)


_NAMES = {
    "os": "os:system",
    "eval": "builtins:eval",
    "a module": "milepost.domain:Event",
    "a path": "../../etc/passwd",
    "nothing": "",
    "SQL": "'; DROP TABLE log.events; --",
    "a line": "project.proposed/1\nforged",
    "endless": "x" * 10_000,
    "right to left": "\u202eproject",
}
_BYTES = {
    "empty": b"",
    "blank": b" ",
    "null": b"null",
    "true": b"true",
    "number": b"0",
    "text": b'"x"',
    "list": b"[]",
    "list of objects": b"[{}]",
    "object": b"{}",
    "single quotes": b"{'type':'x'}",
    "trailing comma": b'{"a":1,}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "beyond a double": b'{"a":1e999}',
    "no text": b"\xff\xfe\xfd",
    "lone surrogate": b'{"a":"\\ud800"}',
    "zeros": bytes(1_000),
    "deep": b"[" * 1_025,
    "deeper": b'{"a":' * 10_000,
    "XML": b"<event/>",
    "pickle": pickle.dumps({"type": "x"}),
    "zlib bomb": zlib.compress(bytes(10_000_000)),
    "gzip bomb": gzip.compress(bytes(10_000_000)),
}
_CHANGED: dict[str, Spoil] = {
    "cut off by one": lambda data: data[:-1],
    "cut in half": lambda data: data[: len(data) // 2],
    "BOM before it": lambda data: b"\xef\xbb\xbf" + data,
    "twice": lambda data: data * 2,
    "more behind it": lambda data: data + b"x",
    "compressed": zlib.compress,
    "as text": b64encode,
    "in a list": lambda data: b"[" + data + b"]",
}
_REQUIRED = ("id", "type", "source", "sequence", "time", "recordedtime", "authid", "authtype", "commandid", "origin")
_WRONG: dict[str, dict[str, object]] = {
    "kind that is a number": {"type": 5},
    "kind that is no kind": {"type": "os:system"},
    "source that is a number": {"source": 5},
    "source that is a place": {"source": "http://169.254.169.254/"},
    "sequence that is a number": {"sequence": 2},
    "sequence 0": {"sequence": "0" * 20},
    "sequence of another": {"sequence": f"{3:020d}"},
    "sequence in other digits": {"sequence": "\u0662" * 20},
    "no such moment": {"recordedtime": "2026-02-30T00:00:00.000000Z"},
    "moment that is none": {"recordedtime": "yesterday"},
    "moment that is a number": {"recordedtime": 0},
    "moment that is null": {"recordedtime": None},
    "time of a zone": {"time": "2026-01-01T00:00:00.000000+01:00"},
    "year 0": {"time": "0000-01-01T00:00:00.000000Z"},
    "id that is a number": {"id": 5},
    "person that is an object": {"authid": {"$ne": None}},
    "person with NUL": {"authid": "a\0b"},
    "role that is a list": {"actingrole": ["tester"]},
    "command with NUL": {"commandid": "\0"},
    "origin that is null": {"origin": None},
    "data that is null": {"data": None},
    "data that is a list": {"data": []},
    "data that is text": {"data": "x"},
    "data of another kind": {"data": {"nothing": "of it"}},
    "data with NUL": {"data": {"category": "major", "reason": "a\0b"}},
}
SPOILT: dict[str, tuple[str, Spoil]] = {
    **{f"kind is {name}": (kind, partial(_instead, b"{}")) for name, kind in _NAMES.items()},
    **{name: (KIND, partial(_instead, value)) for name, value in _BYTES.items()},
    **{name: (KIND, spoil) for name, spoil in _CHANGED.items()},
    **{f"no {name}": (KIND, partial(_without, name)) for name in _REQUIRED},
    **{name: (KIND, partial(_with, attributes)) for name, attributes in _WRONG.items()},
}
