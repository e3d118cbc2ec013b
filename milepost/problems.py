"""Problems: every failure as problem details that say what happened and what to do (RFC 9457)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from milepost.commands import Conflict, Invalid, KeyReused, Unavailable
from milepost.reading import Unknown
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


_DATABASE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
_PROBLEMS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (TooBig, 413, "too-large", "The body is too large"),
    (NotJson, 400, "not-json", "The body can't be read"),
    (Invalid, 422, "invalid", "This can't be asked for"),
    (Unknown, 404, "unknown", "There is no such thing"),
    (Conflict, 412, "changed", "It has changed since"),
    (KeyReused, 422, "key-reused", "The Idempotency-Key was used for something else"),
    (Unavailable, 503, "unavailable", "The service can't write now"),
)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, _DATABASE):
        return Problem(503, "unavailable", "The database doesn't answer", "ask again in a moment; nothing is lost")
    if isinstance(error, HTTPException):
        return Problem(error.status_code, "http", error.detail, f"{error.detail}: look at /v1/openapi.json")
    for kind, status, name, title in _PROBLEMS:
        if isinstance(error, kind):
            return Problem(status, name, title, str(error))
    return Problem(500, "fault", "A fault in Milepost", "nothing was written; the log of the service says more")


def invalid(error: ValidationError) -> Problem:
    """Which fields are wrong, and how; what was given is not repeated."""
    errors = [
        {"place": ".".join(str(step) for step in found["loc"]) or "body", "sentence": found["msg"]}
        for found in error.errors(include_url=False, include_input=False, include_context=False)[:20]
    ]
    first = f"{errors[0]['place']}: {errors[0]['sentence']}"
    return Problem(422, "invalid", "The body doesn't say what is asked for", first, {"errors": errors})


KNOWN: tuple[type[Exception], ...] = (
    Problem,
    ValidationError,
    HTTPException,
    *_DATABASE,
    *(row[0] for row in _PROBLEMS),
)
"""The exceptions that are answered as what they are; all others are faults."""


def bad_query(errors: Sequence[Any]) -> Problem:
    """Which parameters of an address are wrong, and how."""
    places = [{"place": str(found["loc"][-1]), "sentence": found["msg"]} for found in errors][:20]
    return Problem(422, "invalid", "The address asks in a wrong way", f"{places[0]['place']}: {places[0]['sentence']}")
