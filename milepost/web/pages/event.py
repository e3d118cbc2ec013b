"""The page of one event: its envelope, its data and its stored bytes."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from milepost.app.service import Service
from milepost.log.stored_event import read_entry
from milepost.web.caller import key_of
from milepost.web.pages.page_response import Pages
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router

Version = Annotated[int, Path(ge=1, le=2**53 - 1)]


def event_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the event page."""
    router = strict_router(include_in_schema=False)

    @router.get("/projects/{key}/events/{version}")
    def event(key: str, version: Version) -> HTMLResponse:
        name = key_of(key)
        lines = service.log.read_streams([f"project-{name}"], version - 1)
        if not lines:
            raise Problem(
                404,
                "unknown",
                "This event does not exist",
                f"version: project {name} has no version {version}; /projects/{name} lists its events",
            )
        recorded, envelope = read_entry(lines[0]), orjson.loads(lines[0].data)
        context = {
            "key": name,
            "recorded": recorded,
            "position": lines[0].position,
            "last": len(lines) == 1,
            "description": " ".join((type(recorded.event).__doc__ or "").replace("`", "").split()),
            "data": envelope.pop("data"),
            "envelope": envelope,
            "text": lines[0].data.decode(),
        }
        return pages.render("event.html", "", context)

    return router
