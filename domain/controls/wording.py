"""Wording of findings: a few examples instead of a long list."""

from collections.abc import Iterable

EXAMPLES = 3


def examples(names: Iterable[object]) -> str:
    """The first three names, in their order, and how many more there are."""
    known = [str(name) for name in names]
    more = len(known) - EXAMPLES
    first = ", ".join(known[:EXAMPLES])
    return f"{first} and {more} more" if more > 0 else first


def counted(number: int, thing: str) -> str:
    """A number with its noun: `1 feature`, `2 features`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
