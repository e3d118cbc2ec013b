"""Pending sign-offs and decisions, one row each, even if their review covers several gates."""

from collections.abc import Iterable, Mapping
from typing import Any

from milepost.web.pages.cohorts import Row

_IDENTITY = ("project", "review", "what", "role", "party")


def merge_gates(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Merge the rows of one pending sign-off into one row with the list of its gates."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(tuple(row[name] for name in _IDENTITY), {**row, "gates": []})
        one["gates"].append(row["gate"])
    return list(found.values())


def group_by_project(pending: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Group pending sign-offs by project."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in pending:
        found.setdefault(one["project"], []).append(one)
    return found
