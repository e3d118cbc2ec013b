"""Older forms: how an event of a newer kind is told to who was written for an older one and asks for it by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from consumers.cloud_event import EventRecord
from domain.event import type_of

Data = dict[str, Any]


class Older(NamedTuple):
    """The kind before, and how it is made of the newer one's data."""

    kind: str
    data: Callable[[Data], Data]


OLDER: Mapping[str, Older] = {}
"""By the newer kind; no kind has a second version yet."""


def in_older_form(event: EventRecord, wanted: frozenset[str], ways: Mapping[str, Older] = OLDER) -> EventRecord:
    """The event in the oldest form that is asked for, as far as there are ways; else as it is stored."""
    form, found = event, event
    while form.kind in ways:
        form = _made_older(form, ways[form.kind])
        found = form if form.kind in wanted else found
    return found


def _made_older(event: EventRecord, way: Older) -> EventRecord:
    whole = orjson.loads(event.data)
    told = whole | {"type": type_of(way.kind), "data": way.data(whole["data"])}
    return replace(event, kind=way.kind, data=orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
