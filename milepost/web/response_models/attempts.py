"""Attempts at gates and phases, read from the rows of read models."""

from typing import Literal

from domain.lifecycle import Basis, Gate, Phase
from milepost.web.response_models.as_of import ReflectingModel
from milepost.web.response_models.lists import CohortItem
from milepost.web.response_models.model import Count, Instant, InstantText, ResponseModel


class RequiredItem(ResponseModel):
    """A sign-off that a review needs."""

    role: str
    party: str | None = None
    seat: str | None = None


class SignedItem(RequiredItem):
    """A sign-off that was given; `carried` where it was given in the attempt before."""

    id: str
    person: str
    verdict: str
    meaning: str
    at: InstantText
    carried: bool | None = None


class WaitingForItem(RequiredItem):
    """A sign-off or decision that an attempt waits for."""

    what: Literal["sign-off", "decision"]
    since: InstantText


class RefusedForItem(ResponseModel):
    """A control that kept the gate shut when it was last refused."""

    control: str
    sentence: str


class GateItem(CohortItem):
    """One attempt at one gate: who had to sign, who did, how it was decided, and the results of its controls."""

    stream: str
    version: Count
    project: str
    gate: Gate
    attempt: Count
    review: str
    basis: Basis
    outcome: str
    lost_by: str | None
    lost_at: Instant | None
    called_at: Instant | None
    called_by: str | None
    called_quality: str | None
    due: Instant | None
    decided_at: Instant | None
    decided_by: str | None
    decided_quality: str | None
    held_since: Instant | None
    held_seconds: float
    met: Count | None
    unmet: Count | None
    warned: Count | None
    waived: Count | None
    deferred: Count | None
    undetermined: Count | None
    not_applicable: Count | None
    refusals: Count
    breaches: Count
    required: list[RequiredItem]
    signed: list[SignedItem]
    waiting_for: list[WaitingForItem]
    deciders: list[str]
    refused_for: list[RefusedForItem]


class GateList(ReflectingModel):
    """Every attempt at every gate."""

    gates: list[GateItem]


class PhaseItem(CohortItem):
    """One phase of a project: when it was entered and left, how often, and how long it was held."""

    stream: str
    version: Count
    project: str
    phase: Phase
    outcome: str
    entered_at: Instant | None
    entered_by: str | None
    entered_quality: str | None
    first_entered_at: Instant | None
    left_at: Instant | None
    left_quality: str | None
    left_basis: str | None
    first_work_at: Instant | None
    first_work_quality: str | None
    attempts: Count
    returns: Count
    held_since: Instant | None
    held_seconds: float


class PhaseList(ReflectingModel):
    """Every phase that was entered or worked in."""

    phases: list[PhaseItem]
