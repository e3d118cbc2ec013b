"""Vouching: where a record of the topic can't be true as it stands, the log itself says whether it is.

Whoever may write to the topic could send what looks like an event; what the log doesn't hold so is kept apart.
"""

from collections.abc import Iterable, Sequence

from consumers.carrying.records import Arrived
from consumers.feed import Archive, Odd


class Voucher:
    """Asks the log about records that came from a topic."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._head = archive, 0

    def beyond(self, position: int) -> bool:
        """Whether the log ends before this position."""
        if position > self._head:
            self._head = self._archive.head().position
        return position > self._head

    def false(self, events: Iterable[Arrived]) -> Sequence[Odd]:
        """Those that the log doesn't hold, or not so."""
        asked = list(events)
        streams = sorted({one.stream for one in asked})
        held = {(line.stream, line.version): line.data for line in self._archive.lines(streams)}
        why = "the log holds no such event"
        return [Odd(one.offset, why) for one in asked if held.get((one.stream, one.version)) != one.data]
