"""Projects over HTTP: one as it is or as of a moment, its events, and why its next gate is shut."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from domain.lifecycle import Gate
from domain.reviews.why_not import why_not
from domain.values import LARGEST_INTEGER
from milepost.app.service import Service
from milepost.reading.deferrals import read_deferrals
from milepost.reading.project_queries import AsOf
from milepost.web.api.parameters import When
from milepost.web.caller import caller_of, known_key
from milepost.web.openapi import TEXT, WHO, answers, problems, reads
from milepost.web.problems import Problem
from milepost.web.response_models.project import ProjectResponse
from milepost.web.response_models.why import WhyResponse
from milepost.web.responses import as_of_head, not_modified, reflecting_response, with_as_of
from milepost.web.strict_route import strict_router
from milepost.web.views import project_view, why_view

Version = Annotated[int | None, Query(ge=1, le=LARGEST_INTEGER, description="A version of the project's stream.")]


GateFilter = Annotated[Gate | None, Query(description="The gate that is asked about; without it, the next one.")]


class Lines(Response):
    """JSON, one value a line."""

    media_type = "application/jsonl"


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is at the version that If-None-Match names"}}
PROJECT = reads(ProjectResponse, problem=(400, 404, 412), tagged=True) | UNCHANGED
WHY = reads(WhyResponse, problem=(400, 404), tagged=True)
EVENTS = answers("CloudEvents, in the order of their versions", "application/jsonl", TEXT) | problems(404, 422)


def project_routes(service: Service) -> APIRouter:
    """The routes that tell of one project, folded from the log."""
    router = strict_router("projects")
    for add in (_project, _why, _events):
        add(router, service)
    return router


def _project(router: APIRouter, service: Service) -> None:
    @router.get("/v1/projects/{key}", responses=PROJECT, summary="A project, as it is or as of a version or moment")
    def project(
        request: HttpRequest, key: str, version: Version = None, known_at: When = None, as_at: When = None
    ) -> Response:
        as_of = _as_of(version, known_at, as_at)
        found = service.reading.project(known_key(key), as_of)
        if as_of == AsOf() and (unchanged := not_modified(request, found.stream, found.version)):
            return unchanged
        now = as_at or known_at or service.clock()
        view = project_view(found, read_deferrals(service.reading, found, now), now)
        answer = with_as_of(ProjectResponse, view, as_of_head(service))
        return reflecting_response(answer, {"ETag": f'"{found.version}"'})


def _why(router: APIRouter, service: Service) -> None:
    @router.get(
        "/v1/projects/{key}/why",
        responses=WHY,
        summary="Why the next gate, or the one named, is shut; and who can open it",
        openapi_extra={"parameters": WHO},
    )
    def why(request: HttpRequest, key: str, gate: GateFilter = None) -> Response:
        found = service.reading.project(known_key(key))
        caller = caller_of(request)
        context = service.reading.command_context(found, caller.who, caller.role, service.clock())
        answer = with_as_of(WhyResponse, why_view(why_not(found, context, gate)), as_of_head(service))
        return reflecting_response(answer, {"ETag": f'"{found.version}"'})


def _events(router: APIRouter, service: Service) -> None:
    @router.get(
        "/v1/projects/{key}/events",
        responses=EVENTS,
        response_class=Lines,
        summary="The stored bytes of a project's events, one a line",
    )
    def events(key: str) -> Response:
        lines = b"".join(recorded.data + b"\n" for recorded in service.reading.history(known_key(key)))
        return Lines(lines)


def _as_of(version: int | None, known_at: datetime | None, as_at: datetime | None) -> AsOf:
    asked: dict[str, Any] = {"version": version, "known_at": known_at, "as_at": as_at}
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) > 1:
        raise Problem(422, "invalid", "One at a time", f"{' and '.join(given)}: ask for one of them")
    return AsOf(**given)
