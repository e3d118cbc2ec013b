"""Vouching: the log itself says whether a record of its topic is one of its events.

Whoever may write to the topic could send what looks like an event; what the log doesn't hold so is kept apart.
"""

from collections.abc import Iterable, Mapping

from consumers.cloud_event import EventRecord
from consumers.event_log import EventLog, InvalidRecord, LoggedEvent

Held = Mapping[int, LoggedEvent]
"""What the log holds, by position."""


def held(event_log: EventLog, events: Iterable[EventRecord]) -> Held:
    """What the log holds where these say that they are."""
    return {line.position: line for line in event_log.read_positions([one.position for one in events])}


def why_not(one: EventRecord, known: Held) -> str | None:
    """Why a record is no event of the log; None where it is one, byte for byte."""
    line = known.get(one.position)
    if line is None:
        return f"the log has no position {one.position} yet"
    return None if one.matches(line) else "the log holds another event there"


def parted(events: Iterable[EventRecord], known: Held) -> tuple[list[EventRecord], list[InvalidRecord]]:
    """What is of the log, and what is not."""
    true, invalid = list[EventRecord](), list[InvalidRecord]()
    for one in events:
        why = why_not(one, known)
        if why is None:
            true.append(one)
        else:
            invalid.append(InvalidRecord(one.offset, why))
    return true, invalid
