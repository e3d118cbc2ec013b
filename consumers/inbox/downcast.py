"""Downcasts: an event of a newer kind in the older form that a subscriber was written for and asks for by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from consumers.cloud_event import EventRecord, type_of_kind

EventData = dict[str, Any]


class Downcast(NamedTuple):
    """One step back: the kind before, and the function that makes its data from the newer kind's data."""

    kind: str
    data: Callable[[EventData], EventData]


DOWNCASTS: Mapping[str, Downcast] = {}
"""By the newer kind. Empty, since no kind has a second version yet."""


def downcast(event: EventRecord, wanted: frozenset[str], downcasts: Mapping[str, Downcast] = DOWNCASTS) -> EventRecord:
    """The event as the oldest of the wanted kinds that downcasts lead to; the event itself if they lead to none."""
    form, found = event, event
    while form.kind in downcasts:
        form = _step_back(form, downcasts[form.kind])
        found = form if form.kind in wanted else found
    return found


def _step_back(event: EventRecord, step: Downcast) -> EventRecord:
    newer = orjson.loads(event.data)
    older = newer | {"type": type_of_kind(step.kind), "data": step.data(newer["data"])}
    return replace(event, kind=step.kind, data=orjson.dumps(older, option=orjson.OPT_SORT_KEYS))
