"""The project page: timeline, reasons why the next gate is not passed, reviews, conditions, audit trail."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from domain.event import Recorded
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.breaches import BreachRecorded
from domain.reviews.decisions import ReviewDecided
from domain.reviews.why_not import why_not
from domain.state.project import Project, fold
from milepost.app.service import Service
from milepost.reading.deferrals import read_deferrals
from milepost.web.caller import ANONYMOUS, key_of
from milepost.web.pages.page_response import Pages
from milepost.web.pages.timeline import build_stops, list_interruptions
from milepost.web.strict_route import strict_router
from projections import audit_trail, gates, phases

TRAIL_LENGTH = 25
After = Annotated[int | None, Query(ge=0, description="The version after which the audit trail begins.")]


def project_routes(service: Service, pages: Pages) -> APIRouter:
    """The route of the project page."""
    router = strict_router(include_in_schema=False)

    @router.get("/projects/{key}")
    def project(key: str, after: After = None) -> HTMLResponse:
        name, now, head = key_of(key), service.clock(), service.log.head()
        history = service.reading.history(name)
        found = fold(history)
        first = max(found.version - TRAIL_LENGTH, 0) if after is None else after
        attempts = service.models.ask(gates.of_project(name))
        stays = service.models.ask(phases.of_project(name))
        trail = service.models.ask(audit_trail.trail(f"project-{name}", first, TRAIL_LENGTH))
        context: dict[str, Any] = {
            "now": now,
            "project": found,
            "deferrals": read_deferrals(service.reading, found, now),
            "why": why_not(found, service.reading.command_context(found, ANONYMOUS, None, now)),
            "stops": build_stops(found, stays.rows, attempts.rows, now),
            "tried": {(row["review"], row["gate"]): row for row in attempts.rows},
            "trail": trail.rows[::-1],
            "first": first,
            "per_page": TRAIL_LENGTH,
            **_read_facts(found, history),
        }
        return pages.render("project.html", "", context, attempts, stays, trail, head=head)

    return router


def _read_facts(project: Project, history: list[Recorded]) -> dict[str, Any]:
    proposed = project.facts.latest(ProjectProposed)
    decided = (recorded for recorded in history if isinstance(recorded.event, ReviewDecided))
    return {
        "proposed": proposed.event if proposed else None,
        "status": project.status,
        "decisions": {recorded.version: recorded for recorded in decided},
        "decided": {decision.review: decision for decision in project.gates.decisions.values()},
        "breaches": [recorded for recorded in history if isinstance(recorded.event, BreachRecorded)],
        "interruptions": list_interruptions(history),
        "facts": {kind.kind: len(project.facts.parts(kind)) for kind in project.facts.kinds()},
    }
