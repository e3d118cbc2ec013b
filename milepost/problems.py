"""Problems: every failure as problem details that say what happened and what to do (RFC 9457)."""

from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from milepost.commands import Conflict, Invalid, KeyReused, Unavailable
from milepost.strict_json import NotJson, TooBig

RETRY_SECONDS = 2


@dataclass
class Problem(Exception):
    """A failure as it is answered: a kind of its own under /problems, a status, and a sentence for this case."""

    status: int
    kind: str
    title: str
    detail: str
    more: dict[str, Any] = field(default_factory=dict[str, Any])

    def response(self) -> Response:
        body = {"type": f"/problems/{self.kind}", "title": self.title, "status": self.status, "detail": self.detail}
        headers = {"Retry-After": str(RETRY_SECONDS)} if self.status == 503 else None
        return Response(orjson.dumps(body | self.more), self.status, headers, "application/problem+json")


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is."""
    match error:
        case Problem():
            return error
        case TooBig():
            return Problem(413, "too-large", "The body is too large", str(error))
        case NotJson():
            return Problem(400, "not-json", "The body can't be read", str(error))
        case ValidationError():
            return invalid(error)
        case Invalid():
            return Problem(422, "invalid", "This can't be asked for", str(error))
        case Conflict():
            return Problem(412, "changed", "It has changed since", str(error), {"found": error.found})
        case KeyReused():
            return Problem(422, "key-reused", "The Idempotency-Key was used for something else", str(error))
        case Unavailable():
            return Problem(503, "unavailable", "The service can't write now", str(error))
        case psycopg.OperationalError() | psycopg.InterfaceError() | PoolTimeout():
            return Problem(503, "unavailable", "The database doesn't answer", "ask again in a moment; nothing is lost")
        case HTTPException():
            return Problem(error.status_code, "http", error.detail, f"{error.detail}: look at /v1/openapi.json")
        case _:
            return Problem(500, "fault", "A fault in Milepost", "nothing was written; the log of the service says more")


def invalid(error: ValidationError) -> Problem:
    """Which fields are wrong, and how; what was given is not repeated."""
    errors = [
        {"place": ".".join(str(step) for step in found["loc"]) or "body", "sentence": found["msg"]}
        for found in error.errors(include_url=False, include_input=False, include_context=False)[:20]
    ]
    first = f"{errors[0]['place']}: {errors[0]['sentence']}"
    return Problem(422, "invalid", "The body doesn't say what is asked for", first, {"errors": errors})


async def answered(request: Request, error: Exception) -> Response:
    """The handler that turns every exception into its problem."""
    return problem_of(error).response()
