"""Rendering: a template and what it tells as a page, which says what log, position and moment it reflects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from consumers.read_models.reader import Answer
from milepost.app.service import Service
from milepost.log.store import Identity
from milepost.log.stored_event import LogHead
from milepost.web.pages.assets import asset
from milepost.web.pages.template_filters import FILTERS
from milepost.web.problems import Problem

HEADERS = {"Cache-Control": "no-store"}
MENU = {"/": "Portfolio", "/effectiveness": "Effectiveness", "/inbox": "Inbox", "/policy": "Policy"}


def address(path: str, **parameters: object) -> str:
    """An address with those of the parameters that say something."""
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("milepost.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= FILTERS
    cast("dict[str, Any]", made.globals).update(asset=asset, address=address, menu=MENU)
    return made


ENVIRONMENT = _environment()


@dataclass(frozen=True)
class Stamp:
    """What a page reflects: the log up to a position, whose event was written at a moment."""

    log: Identity
    position: int
    at: datetime | None
    behind: int


class Pages:
    """Renders the pages of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def log(self) -> Identity:
        return self._service.log.identity()

    def render(
        self, template: str, here: str, told: Mapping[str, Any], *answers: Answer, head: LogHead | None = None
    ) -> HTMLResponse:
        """A page that reflects no more than these answers do, the log itself up to its head where there is none.

        `here` is the address that it has in the menu, `told` what the template tells; `now` is in it already.
        """
        head = head or self._service.log.head()
        seen = min(((one.position, one.at) for one in answers), default=(head.position, head.recorded_at))
        stamp = Stamp(self.log, *seen, behind=head.position - seen[0])
        return _page(template, 200, {"now": self._service.clock(), **told, "here": here, "stamp": stamp})


def problem_page(problem: Problem) -> HTMLResponse:
    """A failure as a page. It asks nothing of the database, which may be what failed."""
    page = _page("problem.html", problem.status, {"here": "", "stamp": None, "problem": problem})
    for name, value in problem.response().headers.items():
        if name == "retry-after":
            page.headers[name] = value
    return page


def _page(template: str, status: int, told: Mapping[str, Any]) -> HTMLResponse:
    return HTMLResponse(ENVIRONMENT.get_template(template).render(told), status, HEADERS)
