"""Which part of the log an answer reflects."""

from milepost.web.response_models.model import Count, Instant, ResponseModel


class ParkedStreamModel(ResponseModel):
    """A stream that a read model contains only up to the version before this one."""

    stream: str
    version: Count
    position: Count


class AsOfModel(ResponseModel):
    """The position that an answer reflects, the moment of the answer, and the streams that it does not contain.

    `parked` names at most 20 streams; it is left out where the answer contains all of them.
    """

    position: Count
    moment: Instant
    parked: list[ParkedStreamModel] | None


class ReflectingModel(ResponseModel):
    """An answer that says what it reflects."""

    as_of: AsOfModel
