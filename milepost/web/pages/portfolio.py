"""The portfolio page: projects by phase, due items, pending sign-offs, the oldest work in progress."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from consumers.read_models.reader import ReadModelAnswer
from domain.lifecycle import Phase, ProjectState
from milepost.app.service import Service
from milepost.reading.deferrals import still_due
from milepost.web.pages.cohorts import (
    COHORT,
    LABELS,
    CohortFilter,
    FilterValue,
    PhaseValue,
    Row,
    StateValue,
    count_by,
    list_choices,
)
from milepost.web.pages.page_response import Pages, build_address
from milepost.web.pages.pending_signoffs import group_by_project, merge_gates
from milepost.web.strict_route import strict_router
from projections import gates, projects
from projections.projection import Query as ReadModelQuery

PER_PAGE = 50
ROW_LIMIT = 12
DUE_DAYS = 30


class PortfolioFilter(CohortFilter):
    """The projects that the page shows, and the key after which the list begins."""

    state: StateValue = None
    phase: PhaseValue = None
    after: FilterValue = None

    def build_address(self, **changes: str | None) -> str:
        """The address of the first page of this filter, with changes."""
        return build_address("/", **{**self.model_dump(), "after": None, **changes})

    @property
    def chosen(self) -> dict[str, str]:
        """The given attributes, without `after`."""
        return {name: value for name, value in self if value and name != "after"}


def portfolio_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the portfolio page."""
    router = strict_router(include_in_schema=False)

    @router.get("/")
    def portfolio(filter_: Annotated[PortfolioFilter, Query()]) -> HTMLResponse:
        now = service.clock()
        answers = {name: service.models.ask(query) for name, query in _build_queries(filter_, now).items()}
        due = still_due(service.reading, answers["due"].rows, now)
        context = {"now": now, "filter": filter_, "due": due, "due_days": DUE_DAYS, **_build_context(answers, filter_)}
        return pages.render("portfolio.html", "/", context, *answers.values())

    return router


def _build_queries(filter_: PortfolioFilter, now: datetime) -> dict[str, ReadModelQuery]:
    cohort = filter_.columns
    return {
        "all": projects.tally(),
        "page": projects.standing(filter_.state, filter_.phase, filter_.after or "", PER_PAGE + 1, **cohort),
        "pending": gates.waiting(**cohort),
        "oldest": projects.ageing(ROW_LIMIT, **cohort),
        "due": projects.due(now + timedelta(days=DUE_DAYS), **cohort),
    }


def _build_context(answers: Mapping[str, ReadModelAnswer], filter_: PortfolioFilter) -> dict[str, Any]:
    all_, page, pending = answers["all"].rows, answers["page"].rows, merge_gates(answers["pending"].rows)
    return {
        "labels": LABELS,
        "choices": list_choices(all_, (*COHORT, "state")),
        "origins": count_by(all_, "origin"),
        "matrix": _build_matrix(all_, filter_),
        "phases": [phase.value for phase in Phase],
        "projects": page[:PER_PAGE],
        "more": page[PER_PAGE - 1]["project"] if len(page) > PER_PAGE else None,
        "pending_by_project": group_by_project(pending),
        "pending": pending[:ROW_LIMIT],
        "pending_count": len(pending),
        "oldest": answers["oldest"].rows,
    }


def _build_matrix(rows: Iterable[Row], filter_: PortfolioFilter) -> dict[str, Counter[str | None]]:
    """Count the projects of each state by phase; the filter's own state and phase are ignored."""
    matching = [row for row in rows if filter_.matches(row)]
    return {state: count_by((row for row in matching if row["state"] == state), "phase") for state in ProjectState}
