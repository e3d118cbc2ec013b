"""The portfolio over HTTP: where projects stand, what waits, what is due, what happened anywhere."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from milepost.app.service import Service
from milepost.reading.deferrals import still_due
from milepost.web.api.parameters import (
    AfterKey,
    AfterPosition,
    CategoryFilter,
    KeyFilter,
    KindFilter,
    Limit,
    OriginFilter,
    PhaseFilter,
    StateFilter,
    WaitFor,
    When,
)
from milepost.web.api.rows import Page, Rows, rows_response
from milepost.web.caller import caller_of
from milepost.web.openapi import WHO, reads
from milepost.web.response_models.lists import DueList, InboxList, PendingList, ProjectList, TrailList
from milepost.web.strict_route import strict_router
from projections import audit_trail, gates, projects

Days = Annotated[int, Query(ge=0, le=3660, description="Return what is due within this number of days.")]
STANDING = reads(ProjectList)
DUE = reads(DueList)
WAITING = reads(PendingList)
INBOX = reads(InboxList, problem=(400,))
TRAIL = reads(TrailList)


def portfolio_routes(service: Service) -> APIRouter:
    """The routes that list over all projects, from the read models."""
    router = strict_router("portfolio")
    for add in (_standing, _due, _waiting, _trail):
        add(router, service)
    return router


def _standing(router: APIRouter, service: Service) -> None:
    @router.get("/v1/projects", responses=STANDING, summary="Where projects stand, in the order of their keys")
    async def standing(
        state: StateFilter = None, phase: PhaseFilter = None, category: CategoryFilter = None,
        discipline: KeyFilter = None, origin: OriginFilter = None, after: AfterKey = None, limit: Limit = 50,
        wait_for: WaitFor = None,
    ) -> Response:  # fmt: skip
        page = Page(limit, "project")
        cohort = {"category": category, "discipline": discipline, "origin": origin}
        question = projects.standing(state, phase, after or "", page.limit_of_query, **cohort)
        return await rows_response(service, ProjectList, "projects", question, wait_for, page=page)


def _due(router: APIRouter, service: Service) -> None:
    @router.get(
        "/v1/due",
        responses=DUE,
        summary="Conditions, deferred controls not met yet, and waivers that end soon, the earliest first",
    )
    async def due(days: Days = 30, wait_for: WaitFor = None) -> Response:
        now = service.clock()
        question = projects.due(now + timedelta(days=days))

        def narrowed(rows: Rows) -> Rows:
            return still_due(service.reading, rows, now)

        return await rows_response(service, DueList, "due", question, wait_for, narrowed=narrowed)


def _waiting(router: APIRouter, service: Service) -> None:
    @router.get("/v1/waiting", responses=WAITING, summary="What waits for whose sign-off or decision, the oldest first")
    async def waiting(role: KeyFilter = None, wait_for: WaitFor = None) -> Response:
        return await rows_response(service, PendingList, "waiting", gates.waiting(role), wait_for)

    @router.get(
        "/v1/inbox",
        responses=INBOX,
        summary="What waits for me, in the roles that I hold",
        openapi_extra={"parameters": WHO},
    )
    async def inbox(request: HttpRequest, wait_for: WaitFor = None) -> Response:
        question = gates.inbox(caller_of(request).who, service.clock())
        return await rows_response(service, InboxList, "inbox", question, wait_for)


def _trail(router: APIRouter, service: Service) -> None:
    @router.get("/v1/trail", responses=TRAIL, summary="What happened anywhere, in the log's order")
    async def trail(
        who: KeyFilter = None, kind: KindFilter = None, since: When = None, until: When = None,
        after: AfterPosition = 0, limit: Limit = 100, wait_for: WaitFor = None,
    ) -> Response:  # fmt: skip
        page = Page(limit, "position")
        question = audit_trail.searched(who, kind, since, until, after, page.limit_of_query)
        return await rows_response(service, TrailList, "trail", question, wait_for, page=page)
