"""Problems: every failure as problem details that say what happened and what to do (RFC 9457)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import Response

from consumers.read_models.reader import NotBuilt
from milepost.log.command_outcome import IdempotencyKeyReused, InvalidRequest, LogUnavailable, VersionConflict
from milepost.log.stored_event import DamagedLog
from milepost.reading.project_queries import Unknown
from milepost.web.response_models.problem import ProblemModel
from milepost.web.strict_json import NotJson, TooBig

RETRY_SECONDS = 2
MEDIA = "application/problem+json"
MOST_ERRORS = 20
LONGEST_STEP = 60
UNSEEN: Any = object()


@dataclass
class Problem(Exception):
    """A failure as it is answered: a kind of its own under /problems, a status, and a sentence for this case."""

    status: int
    kind: str
    title: str
    detail: str
    more: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    retry: bool = True  # a problem 503 passes by itself

    def response(self) -> Response:
        body = ProblemModel(
            type=f"/problems/{self.kind}", title=self.title, status=self.status, detail=self.detail, **self.more
        )
        headers = {**self.headers, **({"Retry-After": str(RETRY_SECONDS)} if self.status == 503 and self.retry else {})}
        return Response(body.to_json(), self.status, headers, MEDIA)


_DATABASE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
_PROBLEMS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (TooBig, 413, "too-large", "The body is too large"),
    (NotJson, 400, "not-json", "The body can't be read"),
    (InvalidRequest, 422, "invalid", "This can't be asked for"),
    (Unknown, 404, "unknown", "There is no such thing"),
    (VersionConflict, 412, "changed", "It has changed since"),
    (IdempotencyKeyReused, 422, "key-reused", "The Idempotency-Key was used for something else"),
    (DamagedLog, 503, "damaged", "The log can't be read"),
    (LogUnavailable, 503, "unavailable", "The service can't write now"),
    (NotBuilt, 503, "not-yet", "The read models are not there yet"),
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
        return _of_http(error)
    for kind, status, name, title in _PROBLEMS:
        if isinstance(error, kind):
            return Problem(status, name, title, str(error))
    return Problem(500, "fault", "A fault in Milepost", "nothing was written; the log of the service says more")


def _of_http(error: HTTPException) -> Problem:
    detail = f"{error.detail}: /v1/openapi.json lists what there is"
    headers = dict(error.headers or {})
    if "GET" in headers.get("Allow", ""):
        headers["Allow"] = "GET, HEAD"
    return Problem(error.status_code, "http", error.detail, detail, headers=headers)


def invalid(error: ValidationError, body: Any = UNSEEN, place: str = "") -> Problem:
    """Which fields of a body are wrong, and how; what was given is not repeated. `place` is where the body stands."""
    errors = [
        {"place": _place(found, body, place), "sentence": _sentence(found["type"], found["msg"])}
        for found in error.errors(include_url=False, include_input=False, include_context=False)[:MOST_ERRORS]
    ]
    first = f"{errors[0]['place']}: {errors[0]['sentence']}"
    return Problem(422, "invalid", "The body doesn't say what is asked for", first, {"errors": errors})


def _place(found: ErrorDetails, body: Any, place: str) -> str:
    steps = found["loc"] if body is UNSEEN else _steps(found, body)
    return ".".join([*([place] if place else []), *(str(step)[:LONGEST_STEP] for step in steps)]) or "body"


def _steps(found: ErrorDetails, body: Any) -> Iterator[int | str]:
    """The steps that lead through what was given; those that name one of several types are left out."""
    for number, step in enumerate(found["loc"], 1):
        missing = found["type"] == "missing" and number == len(found["loc"])
        within = isinstance(step, int) if isinstance(body, list) else isinstance(body, dict) and step in body
        if missing or within:
            body = None if missing else cast("dict[Any, Any]", body)[step]
            yield step


_SENTENCES = {"extra_forbidden": "there is no such field here: leave it out", "missing": "this is needed: add it"}


def _sentence(kind: str, told: str) -> str:
    return _SENTENCES.get(kind, told.removeprefix("Value error, "))


KNOWN: tuple[type[Exception], ...] = (
    Problem,
    ValidationError,
    HTTPException,
    *_DATABASE,
    *(row[0] for row in _PROBLEMS),
)
"""The exceptions that are answered as what they are; all others are faults."""


def bad_address(errors: Sequence[Any]) -> Problem:
    """Which parameter of an address is wrong, and how: 404 for one of its path, 422 for one of its query."""
    found = min(errors, key=lambda error: error["loc"][0] != "path")
    place, sentence = str(found["loc"][1])[:LONGEST_STEP], _sentence(found["type"], found["msg"])
    if found["loc"][0] == "path":
        return Problem(404, "unknown", "There is no such thing", f"{place}: {sentence}")
    return Problem(422, "invalid", "A query parameter is wrong", f"{place}: {sentence}")
