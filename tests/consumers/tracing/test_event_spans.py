"""Events in the attributes of spans."""

from consumers.tracing.event_spans import by_command, told_of
from consumers.tracing.trace import trace_of
from milepost.log.stored_event import LogEntry
from tests.conftest import LOG, history
from tests.domain.openings import CANCELLED, PROPOSED, classified

TOLD = [
    LogEntry(7 + event.version, event.stream, event.version, event.event.kind, event.data)
    for event in history(PROPOSED, classified("minor"), CANCELLED)
]


def test_events_are_grouped_by_the_command_that_wrote_them() -> None:
    batch = [TOLD[0]._replace(data=TOLD[1].data), TOLD[1], TOLD[2]]
    of_second, of_third = (trace_of(LOG, "ada", f"command-{n}") for n in (2, 3))
    assert by_command(batch, LOG) == {of_second: batch[:2], of_third: batch[2:]}


def test_events_without_a_command_are_in_no_group() -> None:
    assert by_command([TOLD[0]._replace(data=b"{}")], LOG) == {}


def test_events_are_described_by_stream_position_and_count() -> None:
    assert told_of(TOLD) == {"milepost.stream": "project-p", "milepost.position": 10, "milepost.events": 3}
