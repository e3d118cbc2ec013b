"""Freezes: times in which nothing is deployed, of some services or of all."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.policy.rulebook import Freeze, PolicyEvent, Rulebook
from domain.policy_changes.policy_command import PolicyCommand, keeper
from domain.values import Key, Moment, Text


class FreezeDeclared(PolicyEvent, kind="freeze.declared/1"):
    """From then until then nothing is deployed; or that is lifted again."""

    freeze: Key
    services: tuple[Key, ...] = ()
    from_: Moment
    until: Moment
    lifted: bool = False

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.freezes[self.freeze] = Freeze(self.freeze, self.services, self.from_, self.until, self.lifted)


class DeclareFreeze(PolicyCommand):
    """Declare a freeze, for all services where none is named, or lift it; by who keeps the policy."""

    freeze: Key
    services: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    from_: Moment
    until: Moment
    lifted: bool = False
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        role = keeper(context, "freezes are declared")
        if self.until <= self.from_:
            raise Rejected("until: a freeze ends after it begins")
        known = state.freezes.get(self.freeze)
        asked = Freeze(self.freeze, self.services, self.from_, self.until, self.lifted)
        if self.lifted and known is None:
            raise Rejected(f"freeze: there is no freeze {self.freeze} to lift")
        if known != asked:
            yield DecidedEvent(FreezeDeclared(**{name: getattr(self, name) for name in type(self).model_fields}), role)
