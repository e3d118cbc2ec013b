"""Policies as data: the default one, and any that is read from a file."""

import tomllib
from functools import cache
from pathlib import Path

from domain.policy.policy import Policy


@cache
def default_policy() -> Policy:
    """The policy that is adopted when a log is opened (docs/policy.md)."""
    return policy_from(Path(__file__).with_name("default.toml"))


def policy_from(path: Path) -> Policy:
    """The policy in a TOML file. Raises `ValidationError` with the place that is wrong."""
    return Policy.model_validate(tomllib.loads(path.read_text("utf-8")))
