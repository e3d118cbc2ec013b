"""The inbox page: what waits for one person, or for anybody."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from milepost.app.service import Service
from milepost.web.caller import key_of
from milepost.web.pages.cohorts import Chosen
from milepost.web.pages.page_response import Pages
from milepost.web.pages.pending_signoffs import merged
from milepost.web.strict_route import strict_router
from projections import gates

SHOWN = 500


def inbox_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the inbox."""
    router = strict_router(include_in_schema=False)

    @router.get("/inbox")
    def inbox(who: Annotated[Chosen, Query()] = None) -> HTMLResponse:
        person, now = key_of(who, "who") if who else None, service.clock()
        found = service.models.ask(gates.inbox(person, now) if person else gates.waiting())
        waits = merged(found.rows)
        told = {"now": now, "who": person, "waits": waits[:SHOWN], "count": len(waits)}
        return pages.render("inbox.html", "/inbox", told, found)

    return router
