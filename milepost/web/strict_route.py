"""Routes that take exactly the query parameters that they describe."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, get_origin

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from milepost.web.problems import LONGEST_STEP, Problem


class StrictRoute(APIRoute):
    """A route that refuses a query parameter that it does not have, and one value given several times."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer, known = super().get_route_handler(), query_parameters(self.dependant)

        async def refuse_or_answer(request: Request) -> Response:
            refuse_unknown(request, known)
            return await answer(request)

        return refuse_or_answer


def strict_router(tag: str | None = None, **options: Any) -> APIRouter:
    """A router whose routes are strict."""
    return APIRouter(route_class=StrictRoute, tags=[tag] if tag else None, **options)


def query_parameters(dependant: Dependant) -> Mapping[str, bool]:
    """The query parameters of a route by name, and whether each may be given several times."""
    found: dict[str, bool] = {}
    for parameter in dependant.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= dict.fromkeys(kind.model_fields, False)
        else:
            found[parameter.alias] = _is_list(kind)
    return found


def _is_list(kind: Any) -> bool:
    return kind is list or get_origin(kind) is list or any(map(_is_list, getattr(kind, "__args__", ())))


def refuse_unknown(request: Request, known: Mapping[str, bool]) -> None:
    """Raise a problem 422 that names a query parameter that is not known, or that is given twice."""
    for name in request.query_params:
        given = len(request.query_params.getlist(name))
        if name not in known:
            listed = f"there are {', '.join(known)}" if known else "this address has none"
            raise _invalid(name, f"there is no such parameter here; {listed}")
        if given > 1 and not known[name]:
            raise _invalid(name, f"it is given {given} times: give it once")


def _invalid(name: str, sentence: str) -> Problem:
    return Problem(422, "invalid", "A query parameter is wrong", f"{name[:LONGEST_STEP]}: {sentence}")
