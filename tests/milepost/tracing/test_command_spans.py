"""What is recorded of a request for a command."""

from dataclasses import dataclass

import pytest

from milepost.log.command_batch import StoredOutcome
from milepost.log.command_outcome import CommandOutcome, CommandRequest
from milepost.tracing import command_spans
from milepost.tracing.command_spans import Asking, tell_written
from tests.listening import Listening
from tests.milepost.logs import propose

SECOND = 1_000_000_000


@dataclass
class Clock:
    """A clock of which every reading takes a second, as on a machine that is busy with other things."""

    ns: int = 0

    def time_ns(self) -> int:
        self.ns += SECOND
        return self.ns

    def monotonic(self) -> float:
        return self.time_ns() / SECOND


@dataclass
class Asked:
    request: CommandRequest
    since: float
    result: CommandOutcome
    command: str = "command-1"
    asking: Asking | None = None


def test_write_begins_no_earlier_than_its_request_on_a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, heard = Clock(), Listening()
    monkeypatch.setattr(command_spans, "time_ns", clock.time_ns)
    monkeypatch.setattr(command_spans, "monotonic", clock.monotonic)
    since = clock.monotonic()
    asked = Asked(propose("p"), since, CommandOutcome("accepted", "command-1", "project-p", 1, 1))
    tell_written(heard, "log", [asked], [StoredOutcome("ada", "command-1", b"", b"", 1)])
    [write] = heard.spans
    assert since * SECOND <= write.began < write.ended
