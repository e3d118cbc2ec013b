"""Cohort filters: query parameters that select the projects of a page, and the values that each offers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from domain.lifecycle import Category, Phase, ProjectKind, ProjectState

_OPEN_AS_NONE = BeforeValidator(lambda given: given or None)  # a form sends an empty string for an open field
FilterValue = Annotated[str | None, Field(max_length=200), _OPEN_AS_NONE]
CategoryValue = Annotated[Category | None, _OPEN_AS_NONE]
KindValue = Annotated[ProjectKind | None, _OPEN_AS_NONE]
StateValue = Annotated[ProjectState | None, _OPEN_AS_NONE]
PhaseValue = Annotated[Phase | None, _OPEN_AS_NONE]
COHORT = ("category", "discipline", "kind", "origin")
LABELS = {"category": "Category", "discipline": "Discipline", "kind": "Kind", "origin": "Origin", "state": "State"}

Row = Mapping[str, Any]


class CohortFilter(BaseModel):
    """The projects that match every given attribute; an attribute that is None matches all."""

    category: CategoryValue = None
    discipline: FilterValue = None
    kind: KindValue = None
    origin: FilterValue = None

    @property
    def columns(self) -> dict[str, str | None]:
        """The filter by the read models' column names."""
        return {
            "category": self.category,
            "discipline": self.discipline,
            "project_kind": self.kind,
            "origin": self.origin,
        }

    def matches(self, row: Row) -> bool:
        return all(getattr(self, name) in (None, row[name]) for name in COHORT)


def list_choices(rows: Iterable[Row], names: Iterable[str]) -> dict[str, list[str]]:
    """List the values that occur in rows, by attribute."""
    all_rows = list(rows)
    return {name: sorted({row[name] for row in all_rows if row[name]}) for name in names}


def count_by(rows: Iterable[Row], name: str) -> Counter[str | None]:
    """Count projects by one attribute."""
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[row[name]] += row["n"]
    return counts


def find_common_origin(rows: Iterable[Row]) -> str:
    """Find the origin with the most projects, `live` if equal. Figures never mix origins."""
    sizes = [(n, origin) for origin, n in count_by(rows, "origin").items() if origin]
    return max(sizes, key=lambda size: (size[0], size[1] == "live"), default=(0, "live"))[1]
