"""Adoption: which rules hold from now on, as two people stand up for."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.policy.policy import Applies, Policy
from domain.policy.rulebook import PolicyEvent, Proposed, Rulebook
from domain.policy_changes.policy_command import PolicyCommand, keeper
from domain.values import Moment, Person, Text

People = Annotated[tuple[Person, ...], Field(min_length=1, max_length=20)]


class PolicyProposed(PolicyEvent, kind="policy.proposed/1"):
    """Somebody puts rules forward for others to read, before anybody adopts them (MOF, Policy SMF)."""

    policy: Policy

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.proposed[self.policy.label] = Proposed(self.policy, recorded.who)


class ProposePolicy(PolicyCommand):
    """Put the next version of a policy forward; what was put forward before for that version is replaced."""

    policy: Policy
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        follows(state, self.policy)
        if state.proposed.get(self.policy.label) != Proposed(self.policy, context.who):
            yield DecidedEvent(PolicyProposed(policy=self.policy, reason=self.reason), context.role)


class PolicyAdopted(PolicyEvent, kind="policy.adopted/1"):
    """These rules are in force from a date, for new projects or also for open ones at their next gate (MOF)."""

    policy: Policy
    effective_from: Moment
    applies: Applies = "new"
    proposed_by: Person
    approved_by: People

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.policies[self.policy.label] = self.policy
        rulebook.applies[self.policy.label] = self.applies
        rulebook.proposed.pop(self.policy.label, None)
        rulebook.current = self.policy.label


class AdoptPolicy(PolicyCommand):
    """Put the next version of a policy in force: its keepers do, and never who proposed it."""

    policy: Policy
    proposed_by: Person
    applies: Applies = "new"
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        who = context.who
        role = keeper(context, "policies are kept")
        if self.proposed_by == who:
            raise Rejected(f"proposed_by: {who} proposed this policy, so somebody else adopts it")
        follows(state, self.policy)
        _is_as_proposed(state, self)
        yield DecidedEvent(
            PolicyAdopted(
                policy=self.policy,
                effective_from=context.now,
                applies=self.applies,
                proposed_by=self.proposed_by,
                approved_by=(who,),
                reason=self.reason,
            ),
            role,
        )


def _is_as_proposed(rulebook: Rulebook, asked: AdoptPolicy) -> None:
    """Raise `Rejected` unless somebody else put exactly this forward."""
    proposed = rulebook.proposed.get(asked.policy.label)
    if proposed is None:
        raise Rejected(f"policy: nobody proposed {asked.policy.label}: somebody else proposes it before it is adopted")
    if (proposed.policy, proposed.by) != (asked.policy, asked.proposed_by):
        raise Rejected(f"policy: {proposed.by} proposed another {asked.policy.label}: adopt that, as it was proposed")


def follows(rulebook: Rulebook, policy: Policy) -> None:
    """Raise `Rejected` unless this is the next version of the policy that the rulebook is about."""
    if not rulebook.policies:
        return
    newest = max(rulebook.policies.values(), key=lambda known: known.version)
    if policy.name != newest.name:
        raise Rejected(f"policy.name: this is the stream of {newest.name}, {policy.name} has one of its own")
    if policy.version != newest.version + 1:
        raise Rejected(f"policy.version: after {newest.label} comes version {newest.version + 1}")
