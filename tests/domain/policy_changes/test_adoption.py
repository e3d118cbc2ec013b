"""The adoption of a policy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.command import CommandContext, Rejected
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.policy_changes.adoption import AdoptPolicy, PolicyAdopted, PolicyProposed, ProposePolicy
from tests.conftest import START, by, history, rulebook_of
from tests.domain.policy_changes.rulings import book, follows

ASKED = timedelta(hours=1)


def following(policy: Policy, **changes: object) -> Policy:
    return policy.model_copy(update={"version": policy.version + 1, **changes})


def adopt(
    rulebook: Rulebook, in_force: Policy, command: AdoptPolicy, who: str = "ada", role: str | None = "cab"
) -> object:
    [adopted] = command.decide(rulebook, CommandContext(who, START + ASKED, in_force, rulebook, role))
    return adopted.event


def proposed(policy: Policy) -> Rulebook:
    """Grace put the next version forward."""
    put_forward = PolicyProposed(policy=following(policy))
    return rulebook_of(policy, history(by("grace")(put_forward), stream="policy-default"))


def test_is_of_nothing_that_nobody_else_put_forward(policy: Policy) -> None:
    with pytest.raises(Rejected, match="policy: default/2 is not proposed; another policy owner must propose it first"):
        adopt(rulebook_of(policy), policy, AdoptPolicy(policy=following(policy), proposed_by="ghost"))


def test_puts_the_next_version_in_force(policy: Policy) -> None:
    rulebook, newer = proposed(policy), following(policy)
    adopted = adopt(rulebook, policy, AdoptPolicy(policy=newer, proposed_by="grace", reason="we grew"))
    assert adopted == PolicyAdopted(
        policy=newer, effective_from=START + ASKED, proposed_by="grace", approved_by=("ada",), reason="we grew"
    )
    assert isinstance(adopted, PolicyAdopted)
    [recorded] = history(adopted, stream="policy-default")
    rulebook.apply(replace(recorded, version=2))
    assert rulebook.policy(None) == newer
    assert rulebook.policy(policy.label) == policy


def test_begins_the_stream_of_a_policy_of_another_name(policy: Policy) -> None:
    rulebook, strict = Rulebook(), policy.model_copy(update={"name": "strict", "version": 7})
    assert follows(rulebook, policy, ProposePolicy(policy=strict), role=None, who="grace") == [
        PolicyProposed(policy=strict)
    ]
    [adopted] = follows(rulebook, policy, AdoptPolicy(policy=strict, proposed_by="grace"))
    assert isinstance(adopted, PolicyAdopted)
    assert (adopted.policy.label, rulebook.current) == ("strict/7", "strict/7")


def test_begins_no_stream_by_one_person_alone(policy: Policy) -> None:
    strict = policy.model_copy(update={"name": "strict", "version": 7})
    with pytest.raises(Rejected, match="policy: strict/7 is not proposed; another policy owner must propose it first"):
        adopt(Rulebook(), policy, AdoptPolicy(policy=strict, proposed_by="ghost"))


@pytest.mark.parametrize("role", [None, "administrator", "change-manager"])
def test_is_for_its_keepers(policy: Policy, role: str | None) -> None:
    with pytest.raises(Rejected, match="only cab may propose or adopt a policy"):
        adopt(rulebook_of(policy), policy, AdoptPolicy(policy=following(policy), proposed_by="grace"), role=role)


def test_is_never_for_who_proposed_it(policy: Policy) -> None:
    with pytest.raises(Rejected, match="ada proposed this policy"):
        adopt(rulebook_of(policy), policy, AdoptPolicy(policy=following(policy), proposed_by="ada"))


@pytest.mark.parametrize("version", [0, 1, 3])
def test_leaves_no_version_out_and_repeats_none(policy: Policy, version: int) -> None:
    other = policy.model_copy(update={"version": version})
    with pytest.raises(Rejected, match=rf"policy.version: {version} does not follow default/1; the next version is 2"):
        adopt(rulebook_of(policy), policy, AdoptPolicy(policy=other, proposed_by="grace"))


def test_keeps_each_policy_to_its_own_stream(policy: Policy) -> None:
    with pytest.raises(
        Rejected, match=r"policy.name: this stream belongs to policy default; send strict to its own stream"
    ):
        adopt(rulebook_of(policy), policy, AdoptPolicy(policy=following(policy, name="strict"), proposed_by="grace"))


def test_is_of_what_was_proposed_by_who_proposed_it(policy: Policy) -> None:
    newer = following(policy)
    rulebook = book(policy)
    propose = ProposePolicy(policy=newer, reason="we grew")
    assert follows(rulebook, policy, propose, role=None, who="grace") == [
        PolicyProposed(policy=newer, reason="we grew")
    ]
    assert follows(rulebook, policy, propose, role=None, who="grace") == []
    for other in (following(policy, keepers=("executive",)), newer):
        who = "linus" if other is newer else "grace"
        with pytest.raises(
            Rejected, match="policy: this differs from default/2 as grace proposed it; adopt it as proposed"
        ):
            follows(rulebook, policy, AdoptPolicy(policy=other, proposed_by=who))
    [adopted] = follows(rulebook, policy, AdoptPolicy(policy=newer, proposed_by="grace", applies="open-at-next-gate"))
    assert isinstance(adopted, PolicyAdopted)
    assert (rulebook.proposed, rulebook.current) == ({}, "default/2")
    assert rulebook.moves_open(policy.label) == newer
    assert rulebook.moves_open(newer.label) is None
    assert rulebook.moves_open(None) is None


def test_is_proposed_for_the_next_version_and_replaced_by_what_is_proposed_later(policy: Policy) -> None:
    rulebook = book(policy)
    with pytest.raises(Rejected, match=r"policy.version: 1 does not follow default/1; the next version is 2"):
        follows(rulebook, policy, ProposePolicy(policy=policy))
    follows(rulebook, policy, ProposePolicy(policy=following(policy)), who="grace")
    other = following(policy, keepers=("executive",))
    assert follows(rulebook, policy, ProposePolicy(policy=other), who="linus") == [PolicyProposed(policy=other)]
    assert rulebook.proposed["default/2"].by == "linus"


def test_leaves_open_projects_alone_unless_it_says_so(policy: Policy) -> None:
    rulebook = proposed(policy)
    follows(rulebook, policy, AdoptPolicy(policy=following(policy), proposed_by="grace"))
    assert rulebook.moves_open(policy.label) is None
