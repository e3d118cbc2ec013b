"""Asking: what is told of a request for a command, and of the command once it is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic, time_ns
from typing import Protocol

from consumers.tracing.spans import Listener, Span
from consumers.tracing.trace import Trace, a_trace, trace_of
from milepost.log.command_batch import StoredOutcome
from milepost.log.command_outcome import CommandOutcome, CommandRequest

MOST_KINDS = 20


@dataclass
class Asking:
    """A request over HTTP, for its span. It has a trace of its own until it is known which command it asks for.

    It is the root of the command's trace if it is the first to ask for it; one that asks again stands below.
    """

    link: str | None = None
    began: int = field(default_factory=time_ns)
    trace: Trace = field(default_factory=a_trace)
    root: bool = True
    told: dict[str, str | int] = field(default_factory=dict[str, str | int])

    def asks_for(self, log: str, request: CommandRequest, command: str) -> None:
        self.trace = trace_of(log, request.who, command)
        self.root = request.command is None  # else it may have been asked for before
        self.told["milepost.stream"] = request.stream


class Asked(Protocol):
    """A request that the writer has carried out: since when it waited (`monotonic`), and what it was answered."""

    @property
    def request(self) -> CommandRequest: ...
    @property
    def command(self) -> str: ...
    @property
    def since(self) -> float: ...
    @property
    def asking(self) -> Asking | None: ...
    @property
    def result(self) -> CommandOutcome | Exception | None: ...


def tell_written(listener: Listener, log: str, batch: Iterable[Asked], answers: Iterable[StoredOutcome]) -> None:
    """Tell of each command of a batch that was decided in it, and not once before."""
    decided = {(answer.who, answer.command) for answer in answers}
    now, ended = monotonic(), time_ns()  # in this order a pause between them moves no beginning before its request
    for asked in batch:
        named, outcome = (asked.request.who, asked.command), asked.result
        if named in decided and isinstance(outcome, CommandOutcome):
            decided.discard(named)
            if asked.asking:
                asked.asking.root = True
            began = ended - int((now - asked.since) * 1e9)
            root, trace = asked.asking is None, trace_of(log, *named)
            listener.tell(Span("write", "internal", trace, began, ended, _written(outcome), root))


def _written(outcome: CommandOutcome) -> dict[str, str | int | list[str]]:
    return {
        "milepost.stream": outcome.stream,
        "milepost.outcome": outcome.status,
        "milepost.version": outcome.version,
        "milepost.position": outcome.position,
        "milepost.events": len(outcome.events),
        "milepost.kinds": sorted({event.kind for event in outcome.events})[:MOST_KINDS],
    }
