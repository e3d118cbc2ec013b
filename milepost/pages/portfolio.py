"""The portfolio page: where everything stands, what waits, what ages, what is due."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from domain.lifecycle import Phase
from milepost.pages.cohorts import COHORT, LABELS, Chosen, Cohort, Row, choices, counted, tally
from milepost.pages.rendering import Pages, address
from milepost.pages.waiting import by_project, merged
from milepost.service import Service
from projections import gates, projects

PER_PAGE = 50
SHOWN = 12
DUE_DAYS = 30
STATES = ("active", "held", "deployed", "cancelled")


class Selection(Cohort):
    """Which projects the portfolio shows, and behind which key its page begins."""

    state: Chosen = None
    phase: Chosen = None
    behind: Chosen = None

    def address(self, **changes: str | None) -> str:
        """The same selection from its first page on, with changes."""
        return address("/", **{**self.model_dump(), "behind": None, **changes})

    @property
    def chosen(self) -> dict[str, str]:
        """What narrows the selection, without its page."""
        return {name: value for name, value in self if value and name != "behind"}


def portfolio_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the portfolio."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def portfolio(selection: Annotated[Selection, Query()]) -> HTMLResponse:
        now, cohort = service.clock(), selection.columns
        all_ = service.models.ask(tally())
        page = service.models.ask(
            projects.standing(selection.state, selection.phase, selection.behind or "", PER_PAGE + 1, **cohort)
        )
        waiting = service.models.ask(gates.waiting(**cohort))
        ageing = service.models.ask(projects.ageing(SHOWN, **cohort))
        due = service.models.ask(projects.due(now + timedelta(days=DUE_DAYS), **cohort))
        waits = merged(waiting.rows)
        told: dict[str, Any] = {
            "now": now,
            "selection": selection,
            "labels": LABELS,
            "choices": choices(all_.rows, (*COHORT, "state")),
            "origins": counted(all_.rows, "origin"),
            "matrix": _matrix(all_.rows, selection),
            "phases": [phase.value for phase in Phase],
            "projects": page.rows[:PER_PAGE],
            "more": page.rows[PER_PAGE - 1]["project"] if len(page.rows) > PER_PAGE else None,
            "waits": by_project(waits),
            "waiting": waits[:SHOWN],
            "waiting_count": len(waits),
            "ageing": ageing.rows,
            "due": due.rows,
            "due_days": DUE_DAYS,
        }
        return pages.render("portfolio.html", "/", told, all_, page, waiting, ageing, due)

    return router


def _matrix(rows: Iterable[Row], selection: Selection) -> dict[str, Counter[str | None]]:
    """By state how many projects are in each phase, of the selection in any phase."""
    found = [row for row in rows if selection.has(row)]
    return {state: counted((row for row in found if row["state"] == state), "phase") for state in STATES}
