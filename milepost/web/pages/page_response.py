"""HTML responses: a template, its context, and a footer with log, position and time of the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from consumers.read_models.reader import ReadModelAnswer
from milepost.app.service import Service
from milepost.log.store import Identity
from milepost.log.stored_event import LogHead
from milepost.web.pages.assets import asset_address
from milepost.web.pages.template_filters import FILTERS
from milepost.web.problems import Problem

HEADERS = {"Cache-Control": "no-store"}
MENU = {"/": "Portfolio", "/effectiveness": "Effectiveness", "/inbox": "Inbox", "/policy": "Policy"}


def build_address(path: str, **parameters: object) -> str:
    """Build an address with the query parameters that are neither None nor empty."""
    present = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(present)}" if present else path


def _create_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("milepost.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    cast("dict[str, Any]", environment.globals).update(asset=asset_address, address=build_address, menu=MENU)
    return environment


ENVIRONMENT = _create_environment()


@dataclass(frozen=True)
class Stamp:
    """The state that a page shows: the log up to a position, the time of that event, and the lag in events."""

    log: Identity
    position: int
    at: datetime | None
    lag: int


class Pages:
    """Renders the pages of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def log(self) -> Identity:
        return self._service.log.identity()

    def render(
        self,
        template: str,
        here: str,
        context: Mapping[str, Any],
        *answers: ReadModelAnswer,
        head: LogHead | None = None,
    ) -> HTMLResponse:
        """Render a page; its stamp is the oldest position of its answers, without answers the head of the log.

        `here` is the page's address in the menu, `context` the variables of the template; `now` is added.
        """
        head = head or self._service.log.head()
        oldest = min(((answer.position, answer.at) for answer in answers), default=(head.position, head.recorded_at))
        stamp = Stamp(self.log, *oldest, lag=head.position - oldest[0])
        return _render_page(template, 200, {"now": self._service.clock(), **context, "here": here, "stamp": stamp})


def render_problem(problem: Problem) -> HTMLResponse:
    """Render a problem as a page, without the database, which may be the cause."""
    page = _render_page("problem.html", problem.status, {"here": "", "stamp": None, "problem": problem})
    for name, value in problem.response().headers.items():
        if name == "retry-after":
            page.headers[name] = value
    return page


def _render_page(template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
    return HTMLResponse(ENVIRONMENT.get_template(template).render(context), status, HEADERS)
