"""The five milestones of the Deliver Phase, each granted by a decision and never recomputed, and their loss."""

from typing import Any, ClassVar, Literal

from domain.controls.evaluation import Result
from domain.event import Recorded
from domain.lifecycle import ENDS, MILESTONES, Basis, Gate, Phase, SupportingFunction
from domain.state.gates import Evidence, Milestone
from domain.state.project import Project, ProjectEvent
from domain.values import Count, Digest, EventId, Key, Moment


class MilestoneReached(ProjectEvent):
    """A milestone was granted: by which decision, on what basis, on which baselines.

    Without a decision of its own (standing approval) it contains the results that it rests on.
    """

    gate: ClassVar[Gate]

    review: Key | None = None
    decision: EventId | None = None
    basis: Basis
    attempt: Count
    baselines: tuple[Evidence, ...] = ()
    results: tuple[Result, ...] = ()

    def __init_subclass__(cls, *, gate: Gate, **config: Any) -> None:
        super().__init_subclass__(function=ENDS[gate], **config)
        cls.gate = gate
        _milestones[gate] = cls

    def evolve(self, project: Project, recorded: Recorded) -> None:
        gates = project.gates
        gates.milestones[self.gate] = Milestone(
            gate=self.gate,
            version=recorded.version,
            at=recorded.measured_at,
            basis=self.basis,
            decision=self.decision,
            valid_until=self.holds_until,
            candidate_digest=self.found,
            command=recorded.command,
        )
        gates.attempts[self.gate] = self.attempt
        gates.lost.discard(self.gate)

    @property
    def holds_until(self) -> Moment | None:
        return None

    @property
    def found(self) -> Digest | None:
        return None


_milestones: dict[Gate, type[MilestoneReached]] = {}


class ProjectEnvisioned(MilestoneReached, kind="project.envisioned/1", gate=Gate.ENVISIONED):
    """Milestone 1: vision and scope are approved by team, customer and stakeholders (MOF 4.0, Envision)."""


class PlanApproved(MilestoneReached, kind="project.plan-approved/1", gate=Gate.PLAN_APPROVED):
    """Milestone 2: what is delivered, when and by whom is agreed (MOF 4.0, Project Plan Approved review)."""


class BuildCompleted(MilestoneReached, kind="project.build-completed/1", gate=Gate.BUILD_COMPLETED):
    """Milestone 3: scope complete, ready for external testing (MOF 4.0, Build)."""


class ReleaseReady(MilestoneReached, kind="project.release-ready/1", gate=Gate.RELEASE_READY):
    """Milestone 4: this candidate may be deployed until `valid_until` (MOF 4.0, Release Readiness review)."""

    candidate: Key | None = None
    candidate_digest: Digest | None = None
    valid_until: Moment | None = None

    @property
    def holds_until(self) -> Moment | None:
        return self.valid_until

    @property
    def found(self) -> Digest | None:
        return self.candidate_digest


class ProjectDeployed(MilestoneReached, kind="project.deployed/1", gate=Gate.DEPLOYED):
    """Milestone 5: the deployment is stable, handed over to operations and accepted by the customer (MOF 4.0)."""

    candidate_digest: Digest | None = None


def milestone(gate: Gate) -> type[MilestoneReached]:
    """The class of the event that grants this gate's milestone."""
    return _milestones[gate]


class PhaseReturned(ProjectEvent, kind="phase.returned/1", function=SupportingFunction.REVIEW):
    """The project returned to an earlier phase because of a review, a reversal or a finding.

    For an imported project, `cause` says whether the lost milestones had taken effect, as far as the source shows.
    """

    from_phase: Phase
    to_phase: Phase
    cause: Literal["review", "reversal", "finding", "withdrawn-before-effect", "rolled-back", "undetermined"]
    cause_event: EventId | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        """Remove the milestones of the phase that the project returned to and of all later phases."""
        lose(project, MILESTONES[list(Phase).index(self.to_phase)])


def lose(project: Project, first: Gate) -> None:
    """Remove the milestone of a gate and of all later gates."""
    for gate in MILESTONES[MILESTONES.index(first) :]:
        if project.gates.milestones.pop(gate, None):
            project.gates.lost.add(gate)
            project.gates.signed.pop(gate, None)  # sign-offs without a review belong to the attempt
