"""Freezes."""

from datetime import timedelta

import pytest

from domain.command import Rejected
from domain.policy.policy import Policy
from domain.policy_changes.freezes import DeclareFreeze, FreezeDeclared
from tests.conftest import START
from tests.domain.policy_changes.rulings import ASKED, book, follows

UNTIL = START + timedelta(days=7)
DECLARE = DeclareFreeze(freeze="year-end", services=("web",), since=START, until=UNTIL, reason="holidays")


def test_hold_for_their_services_in_their_time(policy: Policy) -> None:
    rulebook = book(policy)
    declared = FreezeDeclared(freeze="year-end", services=("web",), since=START, until=UNTIL, reason="holidays")
    assert follows(rulebook, policy, DECLARE) == [declared]
    assert follows(rulebook, policy, DECLARE) == []
    freeze = rulebook.freezes["year-end"]
    assert freeze.holds("web", ASKED)
    assert not freeze.holds("mail", ASKED)
    assert not freeze.holds("web", UNTIL)
    assert not freeze.holds("web", START - timedelta(seconds=1))


def test_hold_for_every_service_where_none_is_named(policy: Policy) -> None:
    rulebook = book(policy, FreezeDeclared(freeze="all", since=START, until=UNTIL))
    assert rulebook.freezes["all"].holds("anything", ASKED)


def test_are_lifted_again(policy: Policy) -> None:
    rulebook = book(policy)
    follows(rulebook, policy, DECLARE)
    follows(rulebook, policy, DECLARE.model_copy(update={"lifted": True}))
    assert not rulebook.freezes["year-end"].holds("web", ASKED)
    with pytest.raises(Rejected, match="freeze: there is no freeze year-end, so it can't be lifted"):
        follows(book(policy), policy, DECLARE.model_copy(update={"lifted": True}))


def test_end_after_they_begin(policy: Policy) -> None:
    with pytest.raises(Rejected, match="until: the freeze ends before it begins; give a later moment"):
        follows(book(policy), policy, DECLARE.model_copy(update={"until": START}))


def test_are_declared_by_the_keepers_of_the_policy(policy: Policy) -> None:
    with pytest.raises(Rejected, match="only cab may declare or lift a freeze by this policy; act in that role"):
        follows(book(policy), policy, DECLARE, "change-manager")
    nobody = policy.model_copy(update={"keepers": ()})
    with pytest.raises(Rejected, match="only nobody may declare or lift a freeze"):
        follows(book(nobody), nobody, DECLARE)
