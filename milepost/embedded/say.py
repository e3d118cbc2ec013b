"""Saying: sentences about what goes on, for whoever waits."""

from collections.abc import Callable

Say = Callable[[str], None]


def silent(sentence: str) -> None:
    """Say nothing."""
