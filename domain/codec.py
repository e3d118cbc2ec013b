"""The one sequence of bytes that an event is: a CloudEvents 1.0 JSON object in canonical form (RFC 8785)."""

import re
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from pydantic import ValidationError

from domain.event import CATEGORIES, E, Event, Kind, Recorded, kind_of_type, type_of
from domain.values import moment_text

LARGEST_EVENT = 65_535
_SINGULAR = {plural: category for category, plural in CATEGORIES.items()}
_OPTIONAL = {
    "causationid": "causation",
    "actingrole": "role",
    "assignment": "assignment",
    "policyversion": "policy",
}


class TooLarge(ValueError):
    """The event would take more bytes than a ledger's leaf may have."""


class Unreadable(ValueError):
    """These bytes are not an event that this release can read. Says at which place, and what to do."""


def source_of(log: str, stream: str) -> str:
    category, dash, key = stream.partition("-")
    return f"urn:milepost:{log}:{CATEGORIES[category]}" + (f":{key}" if dash else "")


def encode(recorded: Recorded) -> bytes:
    """The canonical bytes of an event. Raises `TooLarge` over 65,535 bytes, `Unreadable` where they can't be read."""
    body = recorded.event.model_dump(mode="json", exclude_none=True)
    _must_be_readable(recorded.event, body)
    data = orjson.dumps(_whole(recorded, body), option=orjson.OPT_SORT_KEYS)
    if len(data) > LARGEST_EVENT:
        raise TooLarge(
            f"{recorded.event.kind} would take {len(data):,} bytes of at most {LARGEST_EVENT:,}: "
            "put the text into a document and give its digest"
        )
    return data


def _whole(recorded: Recorded, body: dict[str, Any]) -> dict[str, Any]:
    recorded_at = moment_text(recorded.recorded_at)
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": recorded.id,
        "source": source_of(recorded.log, recorded.stream),
        "type": type_of(recorded.event.kind),
        "sequence": f"{recorded.version:020d}",
        "time": recorded_at if recorded.time is recorded.recorded_at else moment_text(recorded.time),
        "timequality": recorded.time_quality,
        "recordedtime": recorded_at,
        "correlationid": recorded.correlation,
        "commandid": recorded.command,
        "authtype": recorded.auth,
        "authid": recorded.who,
        "origin": recorded.origin,
        "data": body,
    }
    for name, field in _OPTIONAL.items():
        if (value := getattr(recorded, field)) is not None:
            whole[name] = value
    return whole


def _must_be_readable(event: Event, body: dict[str, Any]) -> None:
    """The last net before what can't be undone: whatever is kept for ever can be read for ever."""
    try:
        type(event).model_validate(body)
    except ValidationError as error:
        raise Unreadable(_place_of(error)) from error


def _place_of(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(step) for step in ('data', *first['loc']))}: {first['msg']}"


def written(recorded: "Recorded[E]") -> "Recorded[E]":
    """The same record, which now has its bytes."""
    object.__setattr__(recorded, "data", encode(recorded))  # a copy of it costs as much as its bytes do
    return recorded


def decode(data: bytes) -> Recorded:
    """The event that these bytes are, validated. Raises `Unreadable` with the place and the way out."""
    try:
        return _recorded(orjson.loads(data), data)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"not an event of Milepost: {type(error).__name__} {error}") from error
    except ValidationError as error:
        raise Unreadable(_place_of(error)) from error


_TEXTS = itemgetter("id", "authid", "authtype", "commandid", "correlationid", "origin", "timequality")
_KNOWN_NAMES = 4_096


def _recorded(whole: dict[str, Any], data: bytes) -> Recorded:
    known = _kind(whole["type"])
    id_, who, auth, command, correlation, origin, time_quality, *optional = _texts(whole)
    role, assignment, causation, policy = optional
    body = whole["data"]
    event = known.event.model_validate(body if known.upcast is None else known.upcast(body))
    log, stream = _place(whole["source"])
    time, recordedtime = whole["time"], whole["recordedtime"]
    recorded_at = _moment(recordedtime)
    return Recorded(  # by position, as it is called for every event that is read
        id_,
        log,
        stream,
        _version(whole["sequence"]),
        event,
        recorded_at if time == recordedtime else _moment(time),
        recorded_at,
        who,
        command,
        correlation,
        time_quality,
        role,
        assignment,
        auth,
        causation,
        policy,
        origin,
        data,
    )


def _texts(whole: dict[str, Any]) -> tuple[Any, ...]:
    """The attributes that are texts; those that may be absent come last."""
    texts = _TEXTS(whole)
    if "\0" in "".join([*texts, *[whole[name] for name in _OPTIONAL if name in whole]]):  # a null is no text
        raise Unreadable("an attribute holds the character NUL: nothing writes that")
    get = whole.get
    return *texts, get("actingrole"), get("assignment"), get("causationid"), get("policyversion")


def _kind(type_: object) -> Kind:
    if not isinstance(type_, str):
        raise Unreadable(f"type: {type_!r} is not a text")
    known = kind_of_type(type_)
    if known is None:
        raise Unreadable(f"type: {type_} is not known here: a newer release wrote it, upgrade to read it")
    return known


@lru_cache(_KNOWN_NAMES)
def _place(source: str) -> tuple[str, str]:
    """The log and the stream that a source names; the events of a stream are often read together."""
    parts = source.split(":", 4)
    if parts[:2] != ["urn", "milepost"] or len(parts) < 4 or parts[3] not in _SINGULAR:
        raise Unreadable(f"source: {source!r} is not urn:milepost:LOG:CATEGORY:ID")
    return parts[2], "-".join([_SINGULAR[parts[3]], *parts[4:]])


_VERSION = re.compile(r"[0-9]{20}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def _version(text: object) -> int:
    if not isinstance(text, str) or not _VERSION.fullmatch(text) or not (version := int(text)):
        raise Unreadable(f"sequence: {text!r} is not a version of 20 digits, from 1")
    return version


def _moment(text: object) -> datetime:
    if isinstance(text, str) and _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise Unreadable(f"{text!r} is not a moment: {error}") from error
    raise Unreadable(f"{text!r} is not a moment in UTC with six decimals")
