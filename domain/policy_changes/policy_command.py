"""A command to the policy's own stream."""

from typing import ClassVar

from domain.command import Command, CommandContext, Rejected
from domain.lifecycle import SupportingFunction
from domain.policy.rulebook import Rulebook


class PolicyCommand(Command[Rulebook], listed=False, function=SupportingFunction.POLICY):
    """A command to a policy's stream; `decide` yields its events or raises `Rejected`."""

    belongs_to: ClassVar[str] = "policy"


def keeper(context: CommandContext, what: str) -> str:
    """The policy owner's role of this person. Raises `Rejected` unless the policy names it in `keepers`."""
    keepers = context.policy.keepers
    if context.role not in keepers:
        raise Rejected(f"only {' or '.join(keepers) or 'nobody'} may {what} by this policy; act in that role")
    return context.role
