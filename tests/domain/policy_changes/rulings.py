"""A rulebook, and what follows from a command to it."""

from datetime import datetime, timedelta

from domain.command import CommandContext
from domain.event import Event
from domain.policy.policy import Policy
from domain.policy.rulebook import PolicyEvent, Rulebook
from domain.policy_changes.policy_command import PolicyCommand
from tests.conftest import START, Act, history, rulebook_of

ASKED = START + timedelta(days=1)


def book(policy: Policy, *acts: PolicyEvent | Act) -> Rulebook:
    """A rulebook under a policy, after these events besides."""
    return rulebook_of(policy, history(*acts, stream=f"policy-{policy.name}"))


def follows(
    rulebook: Rulebook,
    policy: Policy,
    command: PolicyCommand,
    role: str | None = "cab",
    who: str = "carl",
    at: datetime = ASKED,
) -> list[Event]:
    """What a command decides, each event in force before the next is asked for."""
    told: list[Event] = []
    for decided in command.decide(rulebook, CommandContext(who, at, policy, rulebook, role)):
        [recorded] = history(Act(decided.event, at=at, who=who), stream=f"policy-{policy.name}")
        rulebook.apply(recorded)
        told.append(decided.event)
    return told
