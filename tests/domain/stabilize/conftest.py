"""What a rule says of a fact is tested beside the rule: here facts are told under a policy that asks nothing."""

import pytest

from domain.policy.policy import Policy
from milepost.policies import default_policy


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The default policy without its controls."""
    return default_policy().model_copy(update={"controls": ()})
