"""Commands that go wrong in the middle, for tests alone."""

from collections.abc import Iterator

from domain.command import CommandContext, Decided, Refused, Rejected
from domain.envision.risks import RiskAssessed, RisksFoundNone
from domain.policy_changes.freezes import FreezeDeclared
from domain.state.project import Project, ProjectCommand

RISK = RiskAssessed(risk="half", statement="half written")


class Fail(ProjectCommand, listed=False):
    """Writes one event, then meets a fault of the program's own."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[Decided]:
        yield RISK
        raise ZeroDivisionError("a fault")


class TurnDown(ProjectCommand, listed=False):
    """Writes one event, then is rejected."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[Decided]:
        yield RISK
        raise Rejected("not like this")


class Shut(ProjectCommand, listed=False):
    """Finds a gate shut; says so in an event unless it is repeated."""

    repeated: bool = False

    def decide(self, state: Project, context: CommandContext) -> Iterator[Decided]:
        yield RISK
        context.infer("requester")
        raise Refused("the gate stays shut", RisksFoundNone(reason="refused"), self.repeated)


class Fatten(ProjectCommand, listed=False):
    """Writes more than an event may hold."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[Decided]:
        yield RiskAssessed(risk="fat", statement="ß" * 9_000, response="ß" * 9_000, reason="€" * 10_000)


class Freeze(ProjectCommand, listed=False):
    """Writes to the policy's stream."""

    def decide(self, state: Project, context: CommandContext) -> Iterator[Decided]:
        now = context.now
        yield FreezeDeclared(freeze="may", from_=now, until=now)
