"""Health of the service."""

from milepost.web.response_models.model import Count, ResponseModel


class AliveModel(ResponseModel):
    """The process answers."""

    alive: bool


class ReadModelsModel(ResponseModel):
    """How far the read models are; `parked` counts the streams that they have set aside."""

    position: Count
    events_behind: int
    seconds_behind: float
    parked: Count


class ReadinessModel(ResponseModel):
    """The service takes commands, and its read models keep up."""

    ready: bool
    position: Count
    read_models: ReadModelsModel
