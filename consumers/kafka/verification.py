"""Verification: each record is compared with the log before it is applied.

Anyone who may write to the topic could forge a record that looks like an event. What the log doesn't hold with the same
bytes at the same position is quarantined.
"""

from collections.abc import Iterable, Mapping

from consumers.cloud_event import EventRecord
from consumers.event_log import EventLog, InvalidRecord, LoggedEvent

LoggedEvents = Mapping[int, LoggedEvent]
"""Events of the log by position."""


def read_logged_events(event_log: EventLog, events: Iterable[EventRecord]) -> LoggedEvents:
    """What the log holds at the positions of these events, in one query."""
    return {logged.position: logged for logged in event_log.read_positions([event.position for event in events])}


def verify_events(events: Iterable[EventRecord], logged: LoggedEvents) -> tuple[list[EventRecord], list[InvalidRecord]]:
    """The events that the log holds, and the records that it doesn't hold."""
    valid, invalid = list[EventRecord](), list[InvalidRecord]()
    for event in events:
        mismatch = _find_mismatch(event, logged)
        if mismatch is None:
            valid.append(event)
        else:
            invalid.append(InvalidRecord(event.offset, mismatch))
    return valid, invalid


def _find_mismatch(event: EventRecord, logged: LoggedEvents) -> str | None:
    """Why an event is none of the log; None if it is one, byte for byte."""
    known = logged.get(event.position)
    if known is None:
        return f"the log has no position {event.position} yet"
    return None if event.matches(known) else "the log holds another event there"
