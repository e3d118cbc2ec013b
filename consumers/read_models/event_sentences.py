"""The sentences of the audit trail: made when a query asks for them, from the events as the log holds them."""

from collections.abc import Mapping, Sequence
from typing import Any

from consumers.event_log import EventLog
from domain.codec import Unreadable, decode
from projections.event_sentence import describe

Row = Mapping[str, Any]


def add_sentences(rows: Sequence[Row], event_log: EventLog) -> list[dict[str, Any]]:
    """The rows with a column `what` more: a sentence on the event at the `position` of each row."""
    wanted = [row["position"] for row in rows if row["unreadable"] is None]
    data = {event.position: event.data for event in event_log.read_positions(wanted)} if wanted else {}
    return [{**row, "what": _sentence(row, data.get(row["position"]))} for row in rows]


def _sentence(row: Row, data: bytes | None) -> str:
    if row["unreadable"] is not None:
        return f"can't be read: {row['unreadable']}"
    if data is None:
        return f"can't be read: the log has no position {row['position']}"
    try:
        return describe(decode(data).event)
    except Unreadable as error:
        return f"can't be read: {error}"
