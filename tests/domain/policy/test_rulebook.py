"""The rulebook."""

from datetime import timedelta

import pytest

from domain.log_opened import Opening
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from tests.conftest import START, rulebook_of


def test_gives_the_policy_of_a_label_or_the_one_in_force(policy: Policy) -> None:
    rulebook = rulebook_of(policy)
    assert rulebook.policy("default/1") is rulebook.policy(None) is policy
    with pytest.raises(KeyError):
        rulebook.policy("default/9")


def test_grants_no_role_and_is_held_to_no_policy_itself() -> None:
    assert Opening().held_to is None
    assert Rulebook().assignment("ada", "cab", START + timedelta(days=1)) is None
    assert Rulebook().held_to is None
