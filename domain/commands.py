"""Every command that can be given: those with a rule of their own, and one for each fact that can be reported."""

from collections.abc import Mapping
from functools import cache

from domain.command import Command, commands_with_rules
from domain.reviews.fact_reports import reports


@cache
def commands() -> Mapping[str, type[Command]]:
    """All commands by their names, as the API and the command line call them."""
    written, told = commands_with_rules(), reports()
    twice = written.keys() & told.keys()
    if twice:
        raise TypeError(f"two commands are called {', '.join(sorted(twice))}")
    every: dict[str, type[Command]] = {**written, **told}
    return dict(sorted(every.items()))
