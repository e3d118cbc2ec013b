"""The policy of an import."""

import pytest

from domain.command import CommandContext, Rejected
from domain.imports.import_policy import AdoptForImport
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.policy_changes.adoption import PolicyAdopted
from tests.conftest import START, rulebook_of
from tests.domain.observed import RULES


def adopts(policy: Policy, held_to: Policy, state: Rulebook, origin: str = "import:kep") -> list[object]:
    context = CommandContext("ada", START, held_to, state, origin=origin)
    decided = AdoptForImport(policy=policy, proposed_by="kep").decide(state, context)
    return [each.event for each in decided]


def test_is_adopted_without_anybodys_permission(policy: Policy) -> None:
    [adopted] = adopts(RULES, policy, Rulebook())
    assert adopted == PolicyAdopted(policy=RULES, effective_from=START, proposed_by="kep", approved_by=("ada",))


def test_adopted_already_stays(policy: Policy) -> None:
    assert adopts(RULES, policy, rulebook_of(RULES)) == []


def test_changed_needs_its_next_version(policy: Policy) -> None:
    changed = RULES.model_copy(update={"roles": ()})
    with pytest.raises(Rejected, match=r"policy.version: 1 does not follow kep/1; the next version is 2"):
        adopts(changed, policy, rulebook_of(RULES))
    assert adopts(changed.model_copy(update={"version": 2}), policy, rulebook_of(RULES)) != []


def test_only_observes_and_only_for_imports(policy: Policy) -> None:
    with pytest.raises(Rejected, match="observed_only"):
        adopts(policy, policy, Rulebook())
    with pytest.raises(
        Rejected, match=r"policy.observed_only: an import can adopt only a policy with observed_only = true"
    ):
        adopts(RULES, policy, Rulebook(), origin="live")
