"""Problem details (RFC 9457)."""

from milepost.web.response_models.health import ReadModelsModel
from milepost.web.response_models.model import Count, ResponseModel


class WrongPlaceModel(ResponseModel):
    """A place in a body that is wrong, and how."""

    place: str
    sentence: str


class ProblemDetails(ResponseModel):
    """A failure: its type, and a sentence that names the place and what to do."""

    type: str
    title: str
    status: Count
    detail: str


class ProblemModel(ProblemDetails):
    """A failure with what its type adds.

    `errors` are the wrong places of a body. `stream`, `version` and `position` say where a stream is parked. `ready`,
    `read_models` and `why` are those of a service that is not ready.
    """

    errors: list[WrongPlaceModel] | None = None
    stream: str | None = None
    version: Count | None = None
    position: Count | None = None
    ready: bool | None = None
    read_models: ReadModelsModel | None = None
    why: str | None = None
