"""Histories over HTTP: the trail of one project, its gates and its phases."""

from fastapi import APIRouter
from starlette.responses import Response

from milepost.app.service import Service
from milepost.web.api.parameters import AfterVersion, Limit, WaitFor
from milepost.web.api.rows import Page, rows_response
from milepost.web.caller import known_key
from milepost.web.openapi import reads
from milepost.web.response_models.attempts import GateList, PhaseList
from milepost.web.response_models.lists import TrailList
from milepost.web.strict_route import strict_router
from projections import audit_trail, gates, phases

TRAIL = reads(TrailList, problem=(404,))
GATES = reads(GateList, problem=(404,))
PHASES = reads(PhaseList, problem=(404,))


def history_routes(service: Service) -> APIRouter:
    """The routes that answer what happened in one project, from the read models."""
    router = strict_router("projects")

    @router.get(
        "/v1/projects/{key}/trail", responses=TRAIL, summary="What happened: who, in which role, when, what, why"
    )
    async def trail(key: str, after: AfterVersion = 0, limit: Limit = 100, wait_for: WaitFor = None) -> Response:
        project, page = known_key(key), Page(limit, "version")
        question = audit_trail.trail(f"project-{project}", after, page.limit_of_query)
        return await rows_response(service, TrailList, "trail", question, wait_for, project=project, page=page)

    @router.get("/v1/projects/{key}/gates", responses=GATES, summary="Every attempt at every gate")
    async def attempts(key: str, wait_for: WaitFor = None) -> Response:
        project = known_key(key)
        return await rows_response(service, GateList, "gates", gates.of_project(project), wait_for, project=project)

    @router.get(
        "/v1/projects/{key}/phases", responses=PHASES, summary="Every phase: entered, left, how often, how long held"
    )
    async def stays(key: str, wait_for: WaitFor = None) -> Response:
        project = known_key(key)
        return await rows_response(service, PhaseList, "phases", phases.of_project(project), wait_for, project=project)

    return router
