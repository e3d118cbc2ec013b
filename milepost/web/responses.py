"""Answers: JSON that says at which position of the log, and at which moment, it was true."""

from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from domain.values import moment_text
from milepost.app.service import Service
from milepost.log.command_outcome import VersionConflict
from milepost.log.preconditions import Precondition
from milepost.web.caller import EXPECTED, UNEXPECTED, tags_in


def json_answer(body: dict[str, Any], service: Service, headers: dict[str, str] | None = None) -> Response:
    """An answer read from the log itself, as of its head."""
    return answer_at(body, service.log.head().position, service, headers)


def answer_at(
    body: dict[str, Any],
    position: int,
    service: Service,
    headers: dict[str, str] | None = None,
    parked: list[dict[str, Any]] | None = None,
) -> Response:
    """An answer that reflects the log up to a position, but for the streams that are parked."""
    as_of = {"position": position, "moment": moment_text(service.clock())}
    stamped = body | {"as_of": as_of | ({"parked": parked} if parked else {})}
    return Response(
        orjson.dumps(stamped),
        headers={"Milepost-Position": str(position), "Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def not_modified(request: HttpRequest, stream: str, version: int) -> Response | None:
    """The answer 304 to who has this version already; None where the whole is to be sent (RFC 9110 §13.2.2).

    Raises `VersionConflict` where If-Match does not hold.
    """
    wanted, known = tags_in(request, EXPECTED), tags_in(request, UNEXPECTED)
    if wanted and not wanted.has(version):
        raise VersionConflict(stream, Precondition(wanted), version)
    if known and known.has(version, weakly=True):
        return Response(status_code=304, headers={"ETag": f'"{version}"'})
    return None
