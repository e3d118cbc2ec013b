"""Sending, as spans tell it: from when a page was handed over until its last record was acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time_ns

from consumers.event_log import LoggedEvent, LogSource
from consumers.kafka.topic import partition_of
from consumers.tracing.event_spans import by_command, told_of
from consumers.tracing.spans import PROCESS, Attributes, Span


@dataclass
class Sending:
    """The events of a page that are on their way to a topic."""

    topic: str
    source: LogSource
    began: int = field(default_factory=time_ns)
    events: list[LoggedEvent] = field(default_factory=list[LoggedEvent])

    def tell(self) -> None:
        """Tell, for each command, that all of it has arrived (OpenTelemetry's conventions for messaging)."""
        listener, ended = PROCESS.listener, time_ns()
        if listener is None:  # nobody listens any more
            return
        for trace, events in by_command(self.events, self.source.log).items():
            if listener.wants(trace):
                name, told = f"send {self.topic}", self._attributes(events)
                listener.tell(Span(name, "producer", trace, self.began, ended, told))

    def _attributes(self, events: Sequence[LoggedEvent]) -> Attributes:
        return told_of(events) | {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": self.topic,
            "messaging.destination.partition.id": str(partition_of(events[0].stream)),
        }


def sending(topic: str, source: LogSource) -> Sending | None:
    """What is sent next, where spans are told."""
    return Sending(topic, source) if PROCESS.listener else None
