"""A command to the policy's own stream."""

from typing import ClassVar

from domain.command import Command
from domain.rulebook import Rulebook


class PolicyCommand(Command[Rulebook], listed=False):
    """A command to a policy's stream: says itself what follows, or raises `Rejected`."""

    belongs_to: ClassVar[str] = "policy"
