"""The outcome of a command."""

from typing import Literal

from milepost.web.response_models.model import Count, ResponseModel
from milepost.web.response_models.problem import ProblemDetails
from milepost.web.response_models.why import RefusalResultModel


class WrittenEventModel(ResponseModel):
    """An event that a command wrote."""

    id: str
    kind: str
    stream: str
    version: Count


class OutcomeModel(ResponseModel):
    """What a command did: `version` is that of the stream afterwards, `position` that of the log."""

    command: str
    version: Count
    position: Count
    events: list[WrittenEventModel]


class OutcomeProblemModel(ProblemDetails):
    """A command that was rejected by a rule or refused by a gate, with the results of the gate's controls."""

    command: str
    version: Count
    position: Count
    events: list[WrittenEventModel]
    results: list[RefusalResultModel] | None


class CommandResultModel(OutcomeModel):
    """An outcome as the command line prints it."""

    status: Literal["accepted", "rejected", "refused"]
    sentence: str | None
    results: list[RefusalResultModel]
