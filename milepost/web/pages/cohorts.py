"""Cohorts: which projects a page is of, as its address says, and what there is to choose from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

Chosen = Annotated[
    str | None, Field(max_length=200), BeforeValidator(lambda given: given or None)
]  # a form sends what was left open as nothing
COHORT = ("category", "discipline", "kind", "origin")
LABELS = {"category": "Category", "discipline": "Discipline", "kind": "Kind", "origin": "Origin", "state": "State"}

Row = Mapping[str, Any]


class Cohort(BaseModel):
    """The projects that share what is chosen; what is left open is any."""

    category: Chosen = None
    discipline: Chosen = None
    kind: Chosen = None
    origin: Chosen = None

    @property
    def columns(self) -> dict[str, str | None]:
        """The same as read models name it."""
        return {
            "category": self.category,
            "discipline": self.discipline,
            "project_kind": self.kind,
            "origin": self.origin,
        }

    def has(self, row: Row) -> bool:
        return all(getattr(self, name) in (None, row[name]) for name in COHORT)


def choices(rows: Iterable[Row], names: Iterable[str]) -> dict[str, list[str]]:
    """What there is to choose from, by the name of the choice."""
    known = list(rows)
    return {name: sorted({row[name] for row in known if row[name]}) for name in names}


def counted(rows: Iterable[Row], name: str) -> Counter[str | None]:
    """How many projects there are by one attribute."""
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[row[name]] += row["n"]
    return counts


def usual_origin(rows: Iterable[Row]) -> str:
    """The origin of the most projects: figures of several origins are never mixed."""
    found = [(n, origin) for origin, n in counted(rows, "origin").items() if origin]
    return max(found, key=lambda one: (one[0], one[1] == "live"), default=(0, "live"))[1]
