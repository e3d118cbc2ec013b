"""Answers: JSON that says at which position of the log, and at which moment, it was true."""

from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from domain.values import moment_text
from milepost.app.service import Service


def json_answer(body: dict[str, Any], service: Service, headers: dict[str, str] | None = None) -> Response:
    """An answer read from the log itself, as of its head."""
    return answer_at(body, service.log.head().position, service, headers)


def answer_at(body: dict[str, Any], position: int, service: Service, headers: dict[str, str] | None = None) -> Response:
    """An answer that reflects the log up to a position."""
    stamped = body | {"as_of": {"position": position, "moment": moment_text(service.clock())}}
    return Response(
        orjson.dumps(stamped),
        headers={"Milepost-Position": str(position), "Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def matches(request: HttpRequest, tag: str) -> bool:
    """Whether the caller has this version already (RFC 9110, If-None-Match)."""
    known = request.headers.get("if-none-match", "")
    return tag in [one.strip().removeprefix("W/") for one in known.split(",")]
