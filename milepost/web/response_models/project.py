"""One project, folded from its events."""

from typing import Annotated

from pydantic import Field

from domain.lifecycle import Basis, Category, Column, Gate, Phase, Priority, ProjectKind, ProjectState
from milepost.web.response_models.as_of import ReflectingModel
from milepost.web.response_models.model import Count, Instant, ResponseModel


class SealedTextModel(ResponseModel):
    """A text that only the holder of a key can read."""

    sealed: str
    box: str


TextModel = str | SealedTextModel


class DocumentModel(ResponseModel):
    """A document, bound by the digest of its bytes; `size` is in bytes."""

    document: str
    title: str
    version: str
    digest: str
    size: Count | None
    media: str | None
    location: str | None


class ProposalModel(ResponseModel):
    """What was asked for, as the proposal says it by now."""

    title: str
    project_kind: ProjectKind
    service: str
    customer: str
    portfolio: str
    requester: str
    summary: TextModel | None
    business_case: DocumentModel | None
    external_ref: str | None
    retention_class: str | None


class MilestoneModel(ResponseModel):
    """A milestone that stands: on what basis, by which decision, until when and for which candidate."""

    gate: Gate
    version: Count
    at: Instant
    basis: Basis
    decision: str | None
    valid_until: Instant | None
    candidate_digest: str | None
    command: str


class RequiredModel(ResponseModel):
    """A sign-off that a review needs; `rule` is the policy's wording."""

    role: str
    party: str | None
    seat: str | None
    rule: str


class EvidenceModel(ResponseModel):
    """All facts of one kind that a review looks at."""

    item: str
    count: Count
    digest: str
    newest: str


class SignoffModel(ResponseModel):
    """What one person said in one role, on which evidence."""

    id: str
    version: Count
    role: str
    party: str | None
    seat: str | None
    person: str
    verdict: str
    meaning: str
    assignment: str | None
    evidence: str
    own: str | None
    answers: str
    auth: str
    at: Instant
    carried: bool


class ReviewModel(ResponseModel):
    """One attempt at one gate or several adjacent ones; `outcome` is left out while it is open."""

    id: str
    gates: list[Gate]
    attempt: Count
    version: Count
    called_at: Instant
    called_by: str
    due: Instant | None
    column: str | None
    required: list[RequiredModel]
    evidence: list[EvidenceModel]
    decided_by: list[str]
    signoffs: list[SignoffModel]
    outcome: str | None
    refused: str | None


class ConditionModel(ResponseModel):
    """A condition of an approval; `set_in` is the version of the decision."""

    id: str
    text: TextModel
    owner: str
    due: Instant
    gate: Gate | None
    set_in: Count
    closed: bool


class DeferralModel(ResponseModel):
    """A control that a gate was passed without: until when it has to be met, and whether it is."""

    control: str
    gate: str
    due: Instant
    version: Count
    met: bool


class RenewalModel(ResponseModel):
    """A renewal of a waiver that was asked for and is not decided."""

    by: str
    until: Instant


class WaiverModel(ResponseModel):
    """A control that may stay unmet at a gate."""

    id: str
    control: str
    gate: Gate
    asked_by: str
    version: Count
    state: str
    until: Instant | None
    granted_by: str | None
    granted_as: str | None
    renewals: Count
    pending: RenewalModel | None


class AssignmentModel(ResponseModel):
    """A person in a role, now."""

    id: str
    person: str
    role: str
    version: Count
    since: Instant
    granted_by: str
    granted_as: str | None
    until: Instant | None
    deputy_for: str | None
    released: Instant | None
    party: str | None


class ProjectModel(ResponseModel):
    """A project as it is, or as of a version or moment.

    `digest` is SHA-256 of the stored bytes of its events, each ended by a line feed. `facts` counts the surviving facts
    by kind.
    """

    key: str
    version: Count
    origin: str
    proposal: ProposalModel
    requester: str
    category: Category | None
    priority: Priority
    rigour: Column
    discipline: str | None
    policy: str | None
    state: ProjectState
    phase: Phase | None
    last_gate: Gate | None
    next_gate: Gate | None
    held_since: Instant | None
    milestones: list[MilestoneModel]
    reviews: list[ReviewModel]
    conditions: list[ConditionModel]
    deferrals: list[DeferralModel]
    waivers: list[WaiverModel]
    breaches: Count
    team: list[AssignmentModel]
    facts: Annotated[dict[str, int], Field(description="How many facts of each kind survive.")]
    digest: str


class ProjectResponse(ProjectModel, ReflectingModel):
    """A project, and what the answer reflects."""
