"""Projecting, as spans tell it: from when events were heard until a read model has them in its rows."""

from collections.abc import Mapping, Sequence
from time import time_ns

from consumers.event_log import LOG, Batch, LoggedEvent
from consumers.read_models.stream_state import AppliedBatch
from consumers.tracing.event_spans import by_command, told_of
from consumers.tracing.spans import PROCESS, Attributes, Span


def tell_projected(began: int, heard: Mapping[int, Batch], taken: AppliedBatch, transport: str, log: str) -> None:
    """Tell, for each command and read model, that its events were taken in (OpenTelemetry's conventions for messaging).

    `began` is in nanoseconds since 1970, `heard` what was heard of each partition.
    """
    listener = PROCESS.listener
    if listener is None:
        return
    ended = time_ns()
    for partition, batch in heard.items():
        for trace, events in by_command(batch.events, log).items():
            if not listener.wants(trace):
                continue
            told = _attributes(events, transport, partition)
            for model, changes in taken.changes.items():
                if any(one.stream in changes for one in events):
                    attributes = {**told, "milepost.read_model": model.name}
                    listener.tell(Span(f"project {model.name}", "consumer", trace, began, ended, attributes))


def _attributes(events: Sequence[LoggedEvent], transport: str, partition: int) -> Attributes:
    if transport == LOG.transport:
        return told_of(events)
    return told_of(events) | {
        "messaging.system": "kafka",
        "messaging.operation.name": "project",
        "messaging.operation.type": "process",
        "messaging.destination.partition.id": str(partition),
    }
