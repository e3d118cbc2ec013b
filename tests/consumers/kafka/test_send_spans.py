"""The spans of publishing."""

from collections.abc import Iterator

import pytest

from consumers.event_log import LogSource
from consumers.kafka.send_spans import start_send_spans
from consumers.kafka.topic import partition_of
from consumers.tracing.trace import Trace, trace_of
from milepost.log.stored_event import LogEntry
from tests.conftest import LOG, history
from tests.domain.openings import PROPOSED, classified
from tests.listening import Listening, listening

SOURCE = LogSource(LOG, 1)
EVENTS = [
    LogEntry(40 + event.version, event.stream, event.version, event.event.kind, event.data)
    for event in history(PROPOSED, classified("minor"))
]


@pytest.fixture
def heard() -> Iterator[Listening]:
    with listening() as found:
        yield found


def trace(version: int) -> Trace:
    return trace_of(LOG, "ada", f"command-{version}")


def sent(*events: LogEntry) -> None:
    found = start_send_spans("the-topic", SOURCE)
    assert found
    found.events += events
    found.end()


def test_send_spans_has_a_span_for_each_command(heard: Listening) -> None:
    sent(*EVENTS, EVENTS[1])
    [first], [second] = heard.of(trace(1)), heard.of(trace(2))
    assert (first.name, first.kind, first.root) == ("send the-topic", "producer", False)
    assert first.began < first.ended
    assert second.attributes == {
        "milepost.stream": "project-p",
        "milepost.position": 42,
        "milepost.events": 2,
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "the-topic",
        "messaging.destination.partition.id": str(partition_of("project-p")),
    }


def test_send_spans_leaves_out_dropped_traces(heard: Listening) -> None:
    heard.unwanted.add(trace(1))
    sent(*EVENTS)
    assert [span.trace for span in heard.spans] == [trace(2)]


def test_send_spans_are_none_without_tracing() -> None:
    assert start_send_spans("the-topic", SOURCE) is None
