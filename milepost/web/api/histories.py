"""Histories over HTTP: the trail of one project, its gates and its phases."""

from fastapi import APIRouter
from starlette.responses import Response

from milepost.app.service import Service
from milepost.web.api.rows import After, Behind, Limit, rows_answer
from milepost.web.caller import key_of
from milepost.web.openapi import reads, rows
from projections import audit_trail, gates, phases

TRAIL = reads(rows("trail", audit_trail.audit_trail))
GATES = reads(rows("gates", gates.gates))
PHASES = reads(rows("phases", phases.phases))


def history_routes(service: Service) -> APIRouter:
    """The routes that tell what happened in one project, from the read models."""
    router = APIRouter(tags=["projects"])

    @router.get(
        "/v1/projects/{key}/trail", responses=TRAIL, summary="What happened: who, in which role, when, what, why"
    )
    async def trail(key: str, behind: Behind = 0, limit: Limit = 100, after: After = 0) -> Response:
        question = audit_trail.trail(f"project-{key_of(key)}", behind, limit)
        return await rows_answer(service, "trail", question, after)

    @router.get("/v1/projects/{key}/gates", responses=GATES, summary="Every attempt at every gate")
    async def attempts(key: str, after: After = 0) -> Response:
        return await rows_answer(service, "gates", gates.of_project(key_of(key)), after)

    @router.get(
        "/v1/projects/{key}/phases", responses=PHASES, summary="Every phase: entered, left, how often, how long held"
    )
    async def stays(key: str, after: After = 0) -> Response:
        return await rows_answer(service, "phases", phases.of_project(key_of(key)), after)

    return router
