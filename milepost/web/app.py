"""The web application: the API and the pages behind one guard, every failure a problem."""

from typing import cast

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.responses import Response

from consumers.tracing.spans import PROCESS
from milepost.app.metrics import Timed
from milepost.app.service import Service
from milepost.web.api.commands import command_routes
from milepost.web.api.effectiveness import effectiveness_routes
from milepost.web.api.events import event_routes
from milepost.web.api.health import health_routes
from milepost.web.api.histories import history_routes
from milepost.web.api.portfolio import portfolio_routes
from milepost.web.api.projects import project_routes
from milepost.web.faults import Faults
from milepost.web.guard import Guard
from milepost.web.head_requests import HeadRequests
from milepost.web.openapi import ADDRESS, DESCRIPTION, Described
from milepost.web.pages.page_response import render_problem
from milepost.web.pages.routes import page_routes
from milepost.web.problems import KNOWN, Problem, bad_address, problem_of
from milepost.web.request_spans import Traced, asking_of, tell_problem

ROUTES = (
    health_routes, command_routes, portfolio_routes, project_routes, history_routes, event_routes, effectiveness_routes,
    page_routes,
)  # fmt: skip
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own traces and logs would tell queries and bodies, in traces of their own."""
_log = structlog.get_logger()


def application(service: Service) -> FastAPI:
    """The application over one service."""
    app = Described(
        title="Milepost",
        version="1",
        description=DESCRIPTION,
        openapi_url=ADDRESS,
        docs_url=None,
        redoc_url=None,
        telemetry=SILENT,
    )
    for routes in ROUTES:
        app.include_router(routes(service))
    for kind in (*KNOWN, Exception):
        app.add_exception_handler(kind, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(Faults, answer=_problem)
    app.add_middleware(Guard, hosts=service.hosts)
    app.add_middleware(Timed, meters=service.meters)
    app.add_middleware(HeadRequests)
    if PROCESS.listener:
        app.add_middleware(Traced, listener=PROCESS.listener)
    return app


async def _problem(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem.status == 500:
        asking = asking_of(request)
        traced = {"trace_id": asking.trace.trace_id} if asking else {}
        _log.error("fault", path=request.url.path, method=request.method, **traced, exc_info=error)
    return _answer(request, problem)


async def _invalid(request: Request, error: Exception) -> Response:
    return _answer(request, bad_address(cast("RequestValidationError", error).errors()))


def _answer(request: Request, problem: Problem) -> Response:
    """A page for who reads in a browser, problem details for programs."""
    tell_problem(request, problem)
    reads = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    return render_problem(problem) if reads and not request.url.path.startswith("/v1/") else problem.response()
