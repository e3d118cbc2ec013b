"""Downcasts of events."""

from typing import Any

import orjson

from consumers.cloud_event import EventRecord
from consumers.inbox.downcast import DOWNCASTS, Downcast, downcast
from domain.event import kind_named


def _to_two(data: dict[str, Any]) -> dict[str, Any]:
    return {"text": data["words"]}


def _to_one(data: dict[str, Any]) -> dict[str, Any]:
    return {"t": data["text"]}


DOWNCASTS_OF_NOTES = {
    "note.written/3": Downcast("note.written/2", _to_two),
    "note.written/2": Downcast("note.written/1", _to_one),
}
STORED = b'{"data":{"words":"x"},"id":"7","type":"milepost.note.written.v3"}'
EVENT = EventRecord(9, "project-p", 4, "note.written/3", STORED, 12)


def test_downcast_returns_the_event_itself_if_no_older_kind_is_wanted() -> None:
    assert downcast(EVENT, frozenset(), DOWNCASTS_OF_NOTES) is EVENT
    assert downcast(EVENT, frozenset({"other.kind/1", "note.written/3"}), DOWNCASTS_OF_NOTES) is EVENT


def test_downcast_applies_one_step_after_another() -> None:
    found = downcast(EVENT, frozenset({"note.written/1"}), DOWNCASTS_OF_NOTES)
    assert (found.kind, found.data) == (
        "note.written/1",
        b'{"data":{"t":"x"},"id":"7","type":"milepost.note.written.v1"}',
    )
    assert (found.position, found.stream, found.version, found.offset) == (9, "project-p", 4, 12)


def test_downcast_returns_the_oldest_wanted_kind() -> None:
    assert downcast(EVENT, frozenset({"note.written/2"}), DOWNCASTS_OF_NOTES).kind == "note.written/2"
    assert downcast(EVENT, frozenset({"note.written/2", "note.written/1"}), DOWNCASTS_OF_NOTES).kind == "note.written/1"


def test_downcast_returns_canonical_bytes() -> None:
    data = downcast(EVENT, frozenset({"note.written/2"}), DOWNCASTS_OF_NOTES).data
    assert orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS) == data


def test_downcasts_lead_from_known_kinds_to_kinds_with_an_upcast() -> None:
    for newer, step in DOWNCASTS.items():
        known = kind_named(step.kind)
        assert kind_named(newer)
        assert known
        assert known.upcast
