"""The routes of all pages."""

from fastapi import APIRouter

from milepost.pages.assets import asset_routes
from milepost.pages.event import event_routes
from milepost.pages.inbox import inbox_routes
from milepost.pages.policy import policy_routes
from milepost.pages.portfolio import portfolio_routes
from milepost.pages.problems import problem_routes
from milepost.pages.project import project_routes
from milepost.pages.rendering import Pages
from milepost.service import Service


def page_routes(service: Service) -> APIRouter:
    """The pages of a service, and the files that they load."""
    pages = Pages(service)
    router = APIRouter(include_in_schema=False)
    router.include_router(asset_routes())
    for routes in (portfolio_routes, project_routes, event_routes, inbox_routes, policy_routes, problem_routes):
        router.include_router(routes(service, pages))
    return router
