"""Events as spans tell them: by the commands that wrote them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from consumers.event_log import LoggedEvent
from consumers.tracing.trace import Trace, trace_in


def by_command(events: Iterable[LoggedEvent], log: str) -> Mapping[Trace, Sequence[LoggedEvent]]:
    """These events of a log by the trace that each belongs to; what names no command is left out."""
    found: dict[Trace, list[LoggedEvent]] = defaultdict(list)
    for heard in events:
        if trace := trace_in(heard.data, log):
            found[trace].append(heard)
    return found


def told_of(events: Sequence[LoggedEvent]) -> dict[str, str | int]:
    """What a span says of the events of one command: where they stand in the log, and how many they are."""
    first, last = events[0], events[-1]
    return {"milepost.stream": first.stream, "milepost.position": last.position, "milepost.events": len(events)}
