"""Effectiveness over HTTP: the figures of each gate and phase, and the rows behind every one of them."""

from collections.abc import Mapping
from enum import StrEnum

from fastapi import APIRouter
from starlette.responses import Response

from milepost.app.service import Service
from milepost.web.api.rows import After, Word, rows_answer
from milepost.web.openapi import NUMBER, TEXT, listed, reads, record
from milepost.web.problems import Problem
from projections import gates, phases, projects
from projections.figures import Figures
from projections.projection import By

FIGURES: Mapping[str, Figures] = {
    "phases": phases.effectiveness,
    "gates": gates.effectiveness,
    "projects": projects.counted,
}

COUNTS = reads(record({"figures": listed(record({"n": NUMBER}, at=TEXT, group_by=TEXT))}))
ROWS = reads(record({"rows": listed(record({"project": TEXT}))}), 404)


class Of(StrEnum):
    """What figures are of."""

    GATES = "gates"
    PHASES = "phases"
    PROJECTS = "projects"


def effectiveness_routes(service: Service) -> APIRouter:
    """The routes that tell whether phases and gates work, in numbers that can be opened."""
    router = APIRouter(tags=["effectiveness"])

    @router.get(
        "/v1/effectiveness/{of}", responses=COUNTS, summary="The figures of gates, phases or projects, by an attribute"
    )
    async def figures(of: Of, by: By = "category", origin: Word = "live", after: After = 0) -> Response:
        return await rows_answer(service, "figures", FIGURES[of].by(by, origin=origin), after)

    @router.get("/v1/effectiveness/{of}/{figure}", responses=ROWS, summary="The rows that one figure is made of")
    async def opened(
        of: Of, figure: str, by: By = "category", group: Word = None, at: Word = None, origin: Word = "live",
        after: After = 0,
    ) -> Response:  # fmt: skip
        if figure not in FIGURES[of].numbers:
            known = ", ".join(FIGURES[of].numbers)
            raise Problem(404, "unknown", "There is no such figure", f"{of} have {known}")
        return await rows_answer(service, "rows", FIGURES[of].opened(figure, by, group, at, origin=origin), after)

    return router
