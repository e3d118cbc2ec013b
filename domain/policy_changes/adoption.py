"""Adoption of policies, by two people."""

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
    """A policy was proposed for review before its adoption (MOF, Policy SMF)."""

    policy: Policy

    def evolve(self, rulebook: Rulebook, recorded: Recorded) -> None:
        rulebook.proposed[self.policy.label] = Proposed(self.policy, recorded.who)


class ProposePolicy(PolicyCommand):
    """Propose the next version of a policy; an earlier proposal of that version is replaced."""

    policy: Policy
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        follows(state, self.policy)
        if state.proposed.get(self.policy.label) != Proposed(self.policy, context.who):
            yield DecidedEvent(PolicyProposed(policy=self.policy, reason=self.reason), context.role)


class PolicyAdopted(PolicyEvent, kind="policy.adopted/1"):
    """A policy is in force from a date, for new projects or also for open projects at their next gate (MOF)."""

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
    """Adopt the next version of a policy, as a policy owner other than the proposer."""

    policy: Policy
    proposed_by: Person
    applies: Applies = "new"
    reason: Text | None = None

    def decide(self, state: Rulebook, context: CommandContext) -> Iterator[DecidedEvent]:
        who = context.who
        role = keeper(context, "propose or adopt a policy")
        if self.proposed_by == who:
            raise Rejected(
                f"proposed_by: {who} proposed this policy and can't adopt it; another policy owner must adopt it"
            )
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
    """Raise `Rejected` unless exactly this policy was proposed."""
    proposed = rulebook.proposed.get(asked.policy.label)
    if proposed is None:
        raise Rejected(f"policy: {asked.policy.label} is not proposed; another policy owner must propose it first")
    if (proposed.policy, proposed.by) != (asked.policy, asked.proposed_by):
        raise Rejected(
            f"policy: this differs from {asked.policy.label} as {proposed.by} proposed it; adopt it as proposed"
        )


def follows(rulebook: Rulebook, policy: Policy) -> None:
    """Raise `Rejected` unless this is the next version of the rulebook's policy."""
    if not rulebook.policies:
        return
    newest = max(rulebook.policies.values(), key=lambda known: known.version)
    if policy.name != newest.name:
        raise Rejected(
            f"policy.name: this stream belongs to policy {newest.name}; send {policy.name} to its own stream"
        )
    if policy.version != newest.version + 1:
        raise Rejected(
            f"policy.version: {policy.version} does not follow {newest.label}; the next version is {newest.version + 1}"
        )
