"""The inbox page: the pending sign-offs and decisions of one person, or of all."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from milepost.app.service import Service
from milepost.web.caller import key_of
from milepost.web.pages.cohorts import FilterValue
from milepost.web.pages.page_response import Pages
from milepost.web.pages.pending_signoffs import merge_gates
from milepost.web.strict_route import strict_router
from projections import gates

ROW_LIMIT = 500


def inbox_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the inbox page."""
    router = strict_router(include_in_schema=False)

    @router.get("/inbox")
    def inbox(who: Annotated[FilterValue, Query()] = None) -> HTMLResponse:
        person, now = key_of(who, "who") if who else None, service.clock()
        answer = service.models.ask(gates.inbox(person, now) if person else gates.waiting())
        pending = merge_gates(answer.rows)
        context = {"now": now, "who": person, "pending": pending[:ROW_LIMIT], "count": len(pending)}
        return pages.render("inbox.html", "/inbox", context, answer)

    return router
