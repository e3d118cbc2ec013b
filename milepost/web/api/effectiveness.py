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
from milepost.web.api.rows import rows_response
from milepost.web.closed_sets import demand_value
from milepost.web.openapi import reads
from milepost.web.problems import Problem
from milepost.web.response_models.figures import (
    GateFigureList,
    GateRows,
    PhaseFigureList,
    PhaseRows,
    ProjectFigureList,
    ProjectRows,
)
from milepost.web.strict_route import strict_router
from projections.projection import By

_COUNTS = {"phases": PhaseFigureList, "gates": GateFigureList, "projects": ProjectFigureList}
_ROWS = {"phases": PhaseRows, "gates": GateRows, "projects": ProjectRows}
COUNTS = reads(*_COUNTS.values(), problem=(404,))
ROWS = reads(*_ROWS.values(), problem=(404,))
Attribute = Annotated[By, Query(description="The attribute of projects that figures are grouped by.")]
OneOrigin = Annotated[Origin, Query(description="The origin of the projects: live, simulated or import:NAME.")]
Group = Annotated[
    str | None, Query(max_length=200, description="The group to open; without it, the one without a value.")
]
At = Annotated[str | None, Query(max_length=200, description="The gate or phase to open; without it, all of them.")]


class FigureSubject(StrEnum):
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
    async def figures(
        of: FigureSubject, by: Attribute = "category", origin: OneOrigin = "live", wait_for: WaitFor = None
    ) -> Response:
        return await rows_response(service, _COUNTS[of], "figures", FIGURES[of].by(by, origin=origin), wait_for)

    @router.get("/v1/effectiveness/{of}/{figure}", responses=ROWS, summary="The rows that one figure is made of")
    async def opened(
        of: FigureSubject, figure: str, by: Attribute = "category", group: Group = None, at: At = None,
        origin: OneOrigin = "live", wait_for: WaitFor = None,
    ) -> Response:  # fmt: skip
        if figure not in FIGURES[of].numbers:
            known = ", ".join(FIGURES[of].numbers)
            raise Problem(404, "unknown", "There is no such figure", f"{of} have {known}")
        demand_value("group", group, _GROUPS.get(by))
        demand_value("at", at, FIGURES[of].order)
        question = FIGURES[of].opened(figure, by, group, at, origin=origin)
        return await rows_response(service, _ROWS[of], "rows", question, wait_for)

    return router


_GROUPS: Mapping[By, tuple[str, ...]] = {
    "category": CATEGORIES,
    "rigour": get_args(Column),
    "project_kind": get_args(ProjectKind),
}
"""The attributes of a cohort that have a closed set of values."""
