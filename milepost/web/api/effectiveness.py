"""Effectiveness over HTTP: the figures of each gate and phase, and the rows behind every one of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, get_args

from fastapi import APIRouter, Query
from starlette.responses import Response

from domain.lifecycle import CATEGORIES, Column, ProjectKind
from milepost.app.service import Service
from milepost.reading.effectiveness import FIGURES
from milepost.web.api.parameters import Origin, WaitFor
from milepost.web.api.rows import rows_answer
from milepost.web.openapi import NUMBER, TEXT, listed, reads, record
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router
from projections.projection import By

COUNTS = reads(record({"figures": listed(record({"n": NUMBER}, at=TEXT, group_by=TEXT))}), 404)
ROWS = reads(record({"rows": listed(record({"project": TEXT}))}), 404)


Group = Annotated[
    str | None, Query(max_length=200, description="The group to open; without it, the one without a value.")
]
At = Annotated[str | None, Query(max_length=200, description="The gate or phase to open; without it, all of them.")]


class Of(StrEnum):
    """What figures are of."""

    GATES = "gates"
    PHASES = "phases"
    PROJECTS = "projects"


def effectiveness_routes(service: Service) -> APIRouter:
    """The routes that tell whether phases and gates work, in numbers that can be opened."""
    router = strict_router("effectiveness")

    @router.get(
        "/v1/effectiveness/{of}", responses=COUNTS, summary="The figures of gates, phases or projects, by an attribute"
    )
    async def figures(of: Of, by: By = "category", origin: Origin = "live", wait_for: WaitFor = None) -> Response:
        return await rows_answer(service, "figures", FIGURES[of].by(by, origin=origin), wait_for)

    @router.get("/v1/effectiveness/{of}/{figure}", responses=ROWS, summary="The rows that one figure is made of")
    async def opened(
        of: Of, figure: str, by: By = "category", group: Group = None, at: At = None, origin: Origin = "live",
        wait_for: WaitFor = None,
    ) -> Response:  # fmt: skip
        if figure not in FIGURES[of].numbers:
            known = ", ".join(FIGURES[of].numbers)
            raise Problem(404, "unknown", "There is no such figure", f"{of} have {known}")
        _demand_value("group", group, _GROUPS.get(by))
        _demand_value("at", at, FIGURES[of].order)
        question = FIGURES[of].opened(figure, by, group, at, origin=origin)
        return await rows_answer(service, "rows", question, wait_for)

    return router


_GROUPS: Mapping[By, tuple[str, ...]] = {
    "category": CATEGORIES,
    "rigour": get_args(Column),
    "project_kind": get_args(ProjectKind),
}
"""The attributes of a cohort that have a closed set of values."""


def _demand_value(name: str, value: str | None, known: tuple[str, ...] | None) -> None:
    """Raise a problem 422 for a value that is in no closed set; `known` is None for an open one."""
    if value is None or known is None or value in known:
        return
    listed = f"there are {', '.join(known)}" if known else "leave it out"
    raise Problem(422, "invalid", "A query parameter is wrong", f"{name}: there is no such value here; {listed}")
