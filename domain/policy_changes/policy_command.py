"""A command to the policy's own stream."""

from typing import ClassVar

from domain.command import Command, CommandContext, Rejected
from domain.lifecycle import SupportingFunction
from domain.policy.rulebook import Rulebook


class PolicyCommand(Command[Rulebook], listed=False, function=SupportingFunction.POLICY):
    """A command to a policy's stream: says itself what follows, or raises `Rejected`."""

    belongs_to: ClassVar[str] = "policy"


def keeper(context: CommandContext, what: str) -> str:
    """The role in which this person keeps the rules. Raises `Rejected` unless the policy names it a keeper."""
    keepers = context.policy.keepers
    if context.role not in keepers:
        raise Rejected(f"{what} by {' or '.join(keepers) or 'nobody'}: act in that role")
    return context.role
