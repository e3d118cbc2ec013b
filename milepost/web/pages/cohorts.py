"""Cohorts: which projects a page is of, as its address says, and what there is to choose from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from domain.lifecycle import Category, Phase, ProjectKind, ProjectState

_LEFT_OPEN = BeforeValidator(lambda given: given or None)  # a form sends an empty text for what was left open
Chosen = Annotated[str | None, Field(max_length=200), _LEFT_OPEN]
ChosenCategory = Annotated[Category | None, _LEFT_OPEN]
ChosenKind = Annotated[ProjectKind | None, _LEFT_OPEN]
ChosenState = Annotated[ProjectState | None, _LEFT_OPEN]
ChosenPhase = Annotated[Phase | None, _LEFT_OPEN]
COHORT = ("category", "discipline", "kind", "origin")
LABELS = {"category": "Category", "discipline": "Discipline", "kind": "Kind", "origin": "Origin", "state": "State"}

Row = Mapping[str, Any]


class Cohort(BaseModel):
    """The projects that share what is chosen; what is left open is any."""

    category: ChosenCategory = None
    discipline: Chosen = None
    kind: ChosenKind = None
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
