"""What waits: sign-offs and decisions that are out, each told once though its review may be over several gates."""

from collections.abc import Iterable, Mapping
from typing import Any

from milepost.web.pages.cohorts import Row

_ONE = ("project", "review", "what", "role", "party")


def merged(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of one word that is out as one, with its gates in their order."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(tuple(row[name] for name in _ONE), {**row, "gates": []})
        one["gates"].append(row["gate"])
    return list(found.values())


def by_project(waits: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The same by project."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in waits:
        found.setdefault(one["project"], []).append(one)
    return found
