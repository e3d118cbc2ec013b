"""A row of the fault matrix: what is done, how often, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.checker import Found
from tests.chaos.field import Field, Ground


@dataclass(frozen=True)
class Dose:
    """How often a fault is injected, among how many projects of 32 events, and for how many seconds where it lasts."""

    times: int
    projects: int = 10
    seconds: float = 3.0


@dataclass
class Outcome:
    """What was found, by the checker's names, and what else is worth knowing."""

    found: Found = field(default_factory=Found)
    notes: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def anomalies(self) -> dict[str, int]:
        return {name: count for name, count in self.found.items() if count}


Tried = Callable[[Ground, Dose], Outcome]


@dataclass(frozen=True)
class Row:
    """Some rows of the matrix that one trial covers; in every test, in `make chaos`, and in `make chaos-long`."""

    name: str
    what: str
    tried: Tried
    tests: Dose
    small: Dose
    large: Dose


def outcome(field_: Field, found: Found) -> Outcome:
    return Outcome(found, field_.notes)
