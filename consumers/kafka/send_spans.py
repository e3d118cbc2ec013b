"""Spans of publishing: from handing a batch to the producer until Kafka has acknowledged its last record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time_ns

from consumers.event_log import LoggedEvent, LogSource
from consumers.kafka.topic import partition_of
from consumers.tracing.event_spans import by_command, told_of
from consumers.tracing.spans import PROCESS, Attributes, Span


@dataclass
class SendSpans:
    """The spans of a batch: one for each command whose events are in it."""

    topic: str
    source: LogSource
    began: int = field(default_factory=time_ns)
    events: list[LoggedEvent] = field(default_factory=list[LoggedEvent])

    def end(self) -> None:
        """Record the span of each command, by OpenTelemetry's conventions for messaging."""
        listener, ended = PROCESS.listener, time_ns()
        if listener is None:  # tracing was turned off meanwhile
            return
        for trace, events in by_command(self.events, self.source.log).items():
            if listener.wants(trace):
                attributes = self._attributes(events)
                listener.tell(Span(f"send {self.topic}", "producer", trace, self.began, ended, attributes))

    def _attributes(self, events: Sequence[LoggedEvent]) -> Attributes:
        return told_of(events) | {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": self.topic,
            "messaging.destination.partition.id": str(partition_of(events[0].stream)),
        }


def start_send_spans(topic: str, source: LogSource) -> SendSpans | None:
    """The spans of a batch that is about to be sent; None if this process doesn't trace."""
    return SendSpans(topic, source) if PROCESS.listener else None
