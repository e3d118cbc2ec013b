"""Commands that go wrong in the middle, for tests alone."""

from collections.abc import Iterator

from domain.command import CommandContext, DecidedEvent, Refused, Rejected
from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.policy_changes.freezes import FreezeDeclared
from domain.state.project import Project, ProjectCommand

RISK = RiskAssessed(risk="half", statement="half written")


class Fail(ProjectCommand, listed=False):
    """Writes one event, then meets a fault of the program's own."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        yield DecidedEvent(RISK, context.role)
        raise ZeroDivisionError("a fault")


class TurnDown(ProjectCommand, listed=False):
    """Writes one event, then is rejected."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        yield DecidedEvent(RISK, context.role)
        raise Rejected("not like this")


class Shut(ProjectCommand, listed=False):
    """Finds a gate shut; says so in an event unless it is repeated."""

    repeated: bool = False

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        yield DecidedEvent(RISK, context.role)
        refused = NoRisksRecorded(reason="refused")
        raise Refused("the gate stays shut", refused, "requester", repeated=self.repeated)


class Fatten(ProjectCommand, listed=False):
    """Writes more than an event may hold."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        fat = RiskAssessed(risk="fat", statement="ß" * 9_000, response="ß" * 9_000, reason="€" * 10_000)
        yield DecidedEvent(fat, context.role)


class Freeze(ProjectCommand, listed=False):
    """Writes to the policy's stream."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        now = context.now
        yield DecidedEvent(FreezeDeclared(freeze="may", since=now, until=now), context.role)
