"""The portfolio page: where everything stands, what waits, what ages, what is due."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from consumers.read_models.reader import Answer
from domain.lifecycle import Phase, ProjectState
from milepost.app.service import Service
from milepost.reading.deferrals import still_due
from milepost.web.pages.cohorts import COHORT, LABELS, Chosen, ChosenPhase, ChosenState, Cohort, Row, choices, counted
from milepost.web.pages.page_response import Pages, address
from milepost.web.pages.pending_signoffs import by_project, merged
from milepost.web.strict_route import strict_router
from projections import gates, projects
from projections.projection import Query as Question

PER_PAGE = 50
SHOWN = 12
DUE_DAYS = 30


class Selection(Cohort):
    """Which projects the portfolio shows, and after which key its page begins."""

    state: ChosenState = None
    phase: ChosenPhase = None
    after: Chosen = None

    def address(self, **changes: str | None) -> str:
        """The same selection from its first page on, with changes."""
        return address("/", **{**self.model_dump(), "after": None, **changes})

    @property
    def chosen(self) -> dict[str, str]:
        """What narrows the selection, without its page."""
        return {name: value for name, value in self if value and name != "after"}


def portfolio_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the portfolio."""
    router = strict_router(include_in_schema=False)

    @router.get("/")
    def portfolio(selection: Annotated[Selection, Query()]) -> HTMLResponse:
        now = service.clock()
        asked = {name: service.models.ask(question) for name, question in _questions(selection, now).items()}
        due = still_due(service.reading, asked["due"].rows, now)
        told = {"now": now, "selection": selection, "due": due, "due_days": DUE_DAYS, **_told(asked, selection)}
        return pages.render("portfolio.html", "/", told, *asked.values())

    return router


def _questions(selection: Selection, now: datetime) -> dict[str, Question]:
    cohort = selection.columns
    return {
        "all": projects.tally(),
        "page": projects.standing(selection.state, selection.phase, selection.after or "", PER_PAGE + 1, **cohort),
        "waiting": gates.waiting(**cohort),
        "ageing": projects.ageing(SHOWN, **cohort),
        "due": projects.due(now + timedelta(days=DUE_DAYS), **cohort),
    }


def _told(asked: Mapping[str, Answer], selection: Selection) -> dict[str, Any]:
    all_, page, waits = asked["all"].rows, asked["page"].rows, merged(asked["waiting"].rows)
    return {
        "labels": LABELS,
        "choices": choices(all_, (*COHORT, "state")),
        "origins": counted(all_, "origin"),
        "matrix": _matrix(all_, selection),
        "phases": [phase.value for phase in Phase],
        "projects": page[:PER_PAGE],
        "more": page[PER_PAGE - 1]["project"] if len(page) > PER_PAGE else None,
        "waits": by_project(waits),
        "waiting": waits[:SHOWN],
        "waiting_count": len(waits),
        "ageing": asked["ageing"].rows,
    }


def _matrix(rows: Iterable[Row], selection: Selection) -> dict[str, Counter[str | None]]:
    """By state how many projects are in each phase, of the selection in any phase."""
    found = [row for row in rows if selection.has(row)]
    return {state: counted((row for row in found if row["state"] == state), "phase") for state in ProjectState}
