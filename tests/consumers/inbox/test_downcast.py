"""Older forms of kinds."""

from typing import Any

import orjson

from consumers.cloud_event import EventRecord
from consumers.inbox.downcast import OLDER, Older, in_older_form
from domain.event import kind_named


def _to_two(data: dict[str, Any]) -> dict[str, Any]:
    return {"text": data["words"]}


def _to_one(data: dict[str, Any]) -> dict[str, Any]:
    return {"t": data["text"]}


WAYS = {"note.written/3": Older("note.written/2", _to_two), "note.written/2": Older("note.written/1", _to_one)}
STORED = b'{"data":{"words":"x"},"id":"7","type":"milepost.note.written.v3"}'
EVENT = EventRecord(9, "project-p", 4, "note.written/3", STORED, 12)


def test_is_what_is_stored_where_none_is_asked_for() -> None:
    assert in_older_form(EVENT, frozenset(), WAYS) is EVENT
    assert in_older_form(EVENT, frozenset({"other.kind/1", "note.written/3"}), WAYS) is EVENT


def test_is_made_step_by_step() -> None:
    found = in_older_form(EVENT, frozenset({"note.written/1"}), WAYS)
    assert (found.kind, found.data) == (
        "note.written/1",
        b'{"data":{"t":"x"},"id":"7","type":"milepost.note.written.v1"}',
    )
    assert (found.position, found.stream, found.version, found.offset) == (9, "project-p", 4, 12)


def test_is_the_oldest_that_is_asked_for() -> None:
    assert in_older_form(EVENT, frozenset({"note.written/2"}), WAYS).kind == "note.written/2"
    assert in_older_form(EVENT, frozenset({"note.written/2", "note.written/1"}), WAYS).kind == "note.written/1"


def test_is_canonical_like_what_is_stored() -> None:
    data = in_older_form(EVENT, frozenset({"note.written/2"}), WAYS).data
    assert orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS) == data


def test_lead_from_known_kinds_to_kinds_that_can_still_be_read() -> None:
    for newer, way in OLDER.items():
        known = kind_named(way.kind)
        assert kind_named(newer)
        assert known
        assert known.upcast
