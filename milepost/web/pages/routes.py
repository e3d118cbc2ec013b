"""The routes of all pages, and of their static files."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from milepost.app.service import Service
from milepost.web.pages.assets import asset_routes
from milepost.web.pages.charts import Charts
from milepost.web.pages.effectiveness import effectiveness_routes
from milepost.web.pages.event import event_routes
from milepost.web.pages.inbox import inbox_routes
from milepost.web.pages.page_response import Pages
from milepost.web.pages.policy import policy_routes
from milepost.web.pages.portfolio import portfolio_routes
from milepost.web.pages.problems import problem_routes
from milepost.web.pages.project import project_routes


def page_routes(service: Service) -> APIRouter:
    """The routes of a service's pages and static files; the chart process starts and stops with the service."""
    pages, charts = Pages(service), Charts(service.settings.address)

    @asynccontextmanager
    async def run_charts(_: FastAPI) -> AsyncGenerator[None]:
        charts.warm()
        yield
        charts.close()

    router = APIRouter(include_in_schema=False, lifespan=run_charts)
    router.include_router(asset_routes())
    for routes in (portfolio_routes, project_routes, event_routes, inbox_routes, policy_routes, problem_routes):
        router.include_router(routes(service, pages))
    router.include_router(effectiveness_routes(service, pages, charts))
    return router
