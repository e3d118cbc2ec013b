"""Items of lists, read from the rows of read models."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.lifecycle import Basis, Category, Column, Gate, Phase, Priority, ProjectKind, ProjectState
from milepost.web.response_models.as_of import ReflectingModel
from milepost.web.response_models.model import Count, Instant, InstantText, ResponseModel

Next = Annotated[str | None, Field(description="Give it as `after` for the next page; left out on the last page.")]


class PassedGateItem(ResponseModel):
    """A gate that a project has passed, when, how well that time is known, and on what basis."""

    gate: Gate
    at: InstantText
    quality: str
    basis: Basis


class OpenConditionItem(ResponseModel):
    """A condition that is not closed."""

    condition: str
    text: str
    owner: str
    due: InstantText
    gate: Gate | None = None


class DeferralItem(ResponseModel):
    """A control that a gate was passed without."""

    control: str
    gate: str
    due: InstantText


class GrantedWaiverItem(ResponseModel):
    """A waiver that was granted, by whom and as what."""

    waiver: str
    control: str
    gate: Gate
    by: str
    granted_as: Annotated[str, Field(validation_alias="as")]
    until: InstantText | None = None


class MemberItem(ResponseModel):
    """A person in a role; `speaks_for` are the units that the person speaks for."""

    assignment: str
    person: str
    role: str
    since: InstantText
    until: InstantText | None = None
    speaks_for: list[str]


class CohortItem(ResponseModel):
    """What a project is grouped under; `rigour` is the policy's column that it is held to."""

    project_kind: ProjectKind | None
    service: str | None
    customer: str | None
    portfolio: str | None
    category: Category | None
    rigour: Column | None
    discipline: str | None
    origin: str | None
    priority: Priority | None


class ProjectItem(CohortItem):
    """Where one project is. `version` is that of the event that changed the row last."""

    stream: str
    version: Count
    project: str
    title: str
    requester: str
    policy: str | None
    state: ProjectState
    phase: Phase | None
    last_gate: Gate | None
    next_gate: Gate | None
    proposed_at: Instant
    last_gate_at: Instant | None
    last_event_at: Instant
    held_since: Instant | None
    held_until: date | None
    cancelled_at: Instant | None
    cancelled_for: str | None
    lowered_from: Category | None
    breaches: Count
    milestones: list[PassedGateItem]
    conditions: list[OpenConditionItem]
    deferrals: list[DeferralItem]
    waivers: list[GrantedWaiverItem]
    team: list[MemberItem]


class ProjectList(ReflectingModel):
    """Projects in the order of their keys."""

    projects: list[ProjectItem]
    next: Next


class DueItem(ResponseModel):
    """A condition, a deferred control, or a granted waiver that ends; `name` is that of the condition or control."""

    project: str
    what: Literal["condition", "deferral", "waiver"]
    name: str
    gate: str | None
    owner: str | None
    due: Instant


class DueList(ReflectingModel):
    """What is due, the earliest first."""

    due: list[DueItem]


class PendingItem(ResponseModel):
    """A sign-off or decision that is pending, and since when."""

    project: str
    gate: Gate
    attempt: Count
    review: str
    due: Instant | None
    held_since: Instant | None
    what: Literal["sign-off", "decision"]
    role: str
    party: str | None
    since: Instant


class PendingList(ReflectingModel):
    """What waits for sign-offs and decisions, the oldest first."""

    waiting: list[PendingItem]


class InboxItem(PendingItem):
    """A sign-off or decision that waits for the caller."""

    title: str


class InboxList(ReflectingModel):
    """What waits for the caller, the oldest first."""

    inbox: list[InboxItem]


class ResultSummary(ResponseModel):
    """The results of controls in one event: how many were met, and the names of the others."""

    met: Count
    unmet: list[str] | None = None
    warned: list[str] | None = None
    waived: list[str] | None = None
    deferred: list[str] | None = None
    undetermined: list[str] | None = None


class TrailItem(ResponseModel):
    """One event: who, in which role, when, what, why, under which policy, on what evidence.

    An event that cannot be read has only its place, its kind, and the reason in `unreadable`.
    """

    stream: str
    version: Count
    position: Count
    kind: str
    who: str | None
    role: str | None
    assignment: str | None
    auth: str | None
    time: Instant | None
    recorded_at: Instant | None
    time_quality: str | None
    what: str
    unreadable: str | None
    reason: str | None
    policy: str | None
    evidence: list[str] | None
    results: ResultSummary | None
    command: str | None
    correlation: str | None
    causation: str | None
    event: str | None
    origin: str | None


class TrailList(ReflectingModel):
    """Events in the order of the log, or of their stream."""

    trail: list[TrailItem]
    next: Next
