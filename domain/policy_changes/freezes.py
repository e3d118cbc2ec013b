"""Freezes: periods without deployments, for some or all services."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.policy.rulebook import Freeze, PolicyEvent, Rulebook
from domain.policy_changes.policy_command import PolicyCommand, keeper
from domain.values import Key, Moment, Text


class FreezeDeclared(PolicyEvent, kind="freeze.declared/1"):
    """A freeze was declared for a period, or lifted."""

    freeze: Key
    services: tuple[Key, ...] = ()
    since: Moment
    until: Moment
    lifted: bool = False

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.freezes[self.freeze] = Freeze(self.freeze, self.services, self.since, self.until, self.lifted)


class DeclareFreeze(PolicyCommand):
    """Declare or lift a freeze, for all services if none is named; as a policy owner."""

    freeze: Key
    services: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    since: Moment
    until: Moment
    lifted: bool = False
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        role = keeper(context, "declare or lift a freeze")
        if self.until <= self.since:
            raise Rejected("until: the freeze ends before it begins; give a later moment")
        known = state.freezes.get(self.freeze)
        asked = Freeze(self.freeze, self.services, self.since, self.until, self.lifted)
        if self.lifted and known is None:
            raise Rejected(f"freeze: there is no freeze {self.freeze}, so it can't be lifted")
        if known != asked:
            yield DecidedEvent(FreezeDeclared(**{name: getattr(self, name) for name in type(self).model_fields}), role)
