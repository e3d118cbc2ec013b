"""The results of controls."""

from typing import Literal

from domain.lifecycle import Gate
from milepost.web.response_models.as_of import ReflectingModel
from milepost.web.response_models.model import Count, Instant, InstantText, ResponseModel


class ControlResultModel(ResponseModel):
    """The result of one control at one gate or act, with what it rests on: the newest 20 versions, and a digest of all.

    `due` is when a deferred control has to be met.
    """

    control: str
    at: str
    severity: str
    result: str
    sentence: str
    rests_on: list[Count]
    rests_on_count: Count
    rests_on_digest: str | None
    due: Instant | None


class RefusalResultModel(ResponseModel):
    """The result of one control as a refused command stored it."""

    control: str
    at: str
    severity: str
    result: str
    sentence: str
    rests_on: list[Count] | None = None
    rests_on_count: Count | None = None
    rests_on_digest: str | None = None
    due: InstantText | None = None


class PeopleModel(ResponseModel):
    """Who can do something: roles, and the people who hold them now."""

    roles: list[str]
    people: list[str]


class ObstacleModel(ResponseModel):
    """A control that is not met, or met only for now: who can meet it, with which commands, and since when."""

    control: str
    result: str
    severity: str
    sentence: str
    question: str
    who: PeopleModel
    commands: list[str]
    since: Instant
    due: Instant | None
    rests_on: list[Count]


class WaitModel(ResponseModel):
    """A sign-off, a decision or a call of a review that is pending: whose it is, and since when."""

    what: Literal["sign-off", "decision", "call of a review"]
    role: str
    party: str | None
    people: list[str]
    since: Instant


class SeenModel(ResponseModel):
    """What a decision may send back, so that it fails where something has changed since."""

    version: Count
    results_digest: str | None
    evidence_set_digest: str | None
    policy: str | None


class WhyModel(ResponseModel):
    """Why a gate does not open, and who can open it.

    `blocking` controls keep it shut; `warnings` and `deferred` do not. `gate` is left out where there is no next gate.
    """

    gate: Gate | None
    review: str | None
    sentence: str
    blocking: list[ObstacleModel]
    warnings: list[ObstacleModel]
    deferred: list[ObstacleModel]
    waiting_for: list[WaitModel]
    results: list[ControlResultModel]
    seen: SeenModel | None


class WhyResponse(WhyModel, ReflectingModel):
    """Why a gate does not open, and what the answer reflects."""
