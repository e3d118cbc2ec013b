"""Adoption: which rules hold from now on, as two people stand up for."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import Circumstances, Decided, Rejected
from domain.event import Recorded
from domain.policy import Policy
from domain.rulebook import PolicyEvent, Rulebook
from domain.rules.command import PolicyCommand
from domain.values import Moment, Person, Text

Applies = Literal["new", "open-at-next-gate"]
People = Annotated[tuple[Person, ...], Field(min_length=1, max_length=20)]


class PolicyAdopted(PolicyEvent, kind="policy.adopted/1"):
    """These rules are in force from a date, for new projects or also for open ones at their next gate (MOF)."""

    policy: Policy
    effective_from: Moment
    applies: Applies = "new"
    proposed_by: Person
    approved_by: People

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.policies[self.policy.label] = self.policy
        rulebook.current = self.policy.label


class AdoptPolicy(PolicyCommand):
    """Put the next version of a policy in force: its keepers do, and never who proposed it."""

    policy: Policy
    proposed_by: Person
    applies: Applies = "new"
    reason: Text | None = None

    def decide(self, state: Rulebook, circumstances: Circumstances) -> Iterator[Decided]:
        who = circumstances.who
        keepers = circumstances.policy.keepers
        if circumstances.role not in keepers:
            raise Rejected(f"policies are kept by {' or '.join(keepers) or 'nobody'}: act in that role")
        if self.proposed_by == who:
            raise Rejected(f"proposed_by: {who} proposed this policy, so somebody else adopts it")
        follows(state, self.policy)
        yield PolicyAdopted(
            policy=self.policy,
            effective_from=circumstances.now,
            applies=self.applies,
            proposed_by=self.proposed_by,
            approved_by=(who,),
            reason=self.reason,
        )


def follows(rulebook: Rulebook, policy: Policy) -> None:
    """Raise `Rejected` unless this is the next version of the policy that the rulebook is about."""
    if not rulebook.policies:
        return
    newest = max(rulebook.policies.values(), key=lambda known: known.version)
    if policy.name != newest.name:
        raise Rejected(f"policy.name: this is the stream of {newest.name}, {policy.name} has one of its own")
    if policy.version != newest.version + 1:
        raise Rejected(f"policy.version: after {newest.label} comes version {newest.version + 1}")
