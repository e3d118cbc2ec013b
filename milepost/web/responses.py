"""Responses: JSON that says which position of the log it reflects, and of which moment it is."""

from typing import Any, TypeVar

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from consumers.read_models.reader import MOST_PARKED, ParkedStreamSummary
from milepost.app.service import Service
from milepost.log.command_outcome import VersionConflict
from milepost.log.preconditions import Precondition
from milepost.web.caller import EXPECTED, UNEXPECTED, tags_in
from milepost.web.response_models.as_of import AsOfModel, ParkedStreamModel, ReflectingModel
from milepost.web.response_models.model import ResponseModel

M = TypeVar("M", bound=ReflectingModel)


def as_of(service: Service, position: int, parked: list[ParkedStreamSummary] | None = None) -> AsOfModel:
    """What an answer reflects: the log up to a position, but for the streams that are parked."""
    left_out = [ParkedStreamModel.model_validate(one) for one in (parked or [])[:MOST_PARKED]]
    return AsOfModel(position=position, moment=service.clock(), parked=left_out or None)


def as_of_head(service: Service) -> AsOfModel:
    """What an answer reflects that is read from the log itself."""
    return as_of(service, service.log.head().position)


def reflecting_response(model: ReflectingModel, headers: dict[str, str] | None = None) -> Response:
    """The response that an answer is; its position stands in a header as well."""
    position = {"Milepost-Position": str(model.as_of.position), "Cache-Control": "no-store"}
    return json_response(model, headers=position | (headers or {}))


def json_response(
    model: ResponseModel, status: int = 200, headers: dict[str, str] | None = None, media: str = "application/json"
) -> Response:
    return Response(model.to_json(), status, headers, media)


def with_as_of(kind: type[M], model: ResponseModel, reflected: AsOfModel) -> M:
    """The same fields in a model that also says what they reflect."""
    fields: dict[str, Any] = {name: getattr(model, name) for name in type(model).model_fields}
    return kind.model_validate({**fields, "as_of": reflected})


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
