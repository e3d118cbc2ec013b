"""Observations: statements of a source about a project, each translated into events."""

from collections.abc import Iterator
from typing import Literal

import orjson
from pydantic import SerializeAsAny

from domain.command import CommandContext
from domain.controls.evaluation import Result, evaluate
from domain.controls.evidence import evidence_digest, evidence_of
from domain.envision.team import RoleAssigned, RoleReleased
from domain.imports.observe import Observation
from domain.lifecycle import ENDS, GATES, MILESTONES, Gate, Phase, ProjectKind, phase_after
from domain.planning.schedule import MilestoneDue, ScheduleBaselined
from domain.portfolio.cohort import Attribute, ProjectReassigned, cohort
from domain.portfolio.coverage import CoverageStated
from domain.portfolio.notes import SourceNoted
from domain.portfolio.pauses import CancelCause, HoldCause, ProjectCancelled, ProjectHeld, ProjectResumed
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.breaches import BreachRecorded, evaluation_context
from domain.reviews.corrections import FactCorrected, FieldCorrected
from domain.reviews.fact_reports import unchanged
from domain.reviews.milestone_grants import reached
from domain.reviews.milestones import PhaseReturned
from domain.reviews.reversals import ReviewReversed
from domain.reviews.signoffs import SignoffGiven
from domain.state.gates import Milestone
from domain.state.project import Project, ProjectEvent, ProjectFact
from domain.values import Key, Name, Person, Role

SIGNED = "every-role-signed"
Effect = Literal["withdrawn-before-effect", "rolled-back", "undetermined"]
"""Whether a lost milestone had taken effect: not yet, yes, or the source does not say."""


class ProposalSeen(Observation):
    """The project exists, with the attributes that the source knows."""

    said_as = "proposal"
    title: Name
    project_kind: ProjectKind
    service: Key
    customer: Key
    portfolio: Key
    requester: Person
    external_ref: Name | None = None

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if not project.entry.proposed:
            yield ProjectProposed(**{name: getattr(self, name) for name in type(self).model_fields})


class TitleSeen(Observation):
    """The project has a new title."""

    said_as = "title"
    title: Name

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        known = project.facts.latest(ProjectProposed)
        if known and known.event.title != self.title:
            was, now = (orjson.dumps(title).decode() for title in (known.event.title, self.title))
            field = FieldCorrected(name="title", previous=was, new=now)
            yield FactCorrected(event=known.id, corrects=known.version, fields=(field,))


class CohortSeen(Observation):
    """The project belongs to another customer, portfolio or service."""

    said_as = "cohort"
    attribute: Attribute
    new: Key

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        was = cohort(project, self.attribute)
        if was != self.new:
            yield ProjectReassigned(attribute=self.attribute, previous=was, new=self.new)


class FactSeen(Observation):
    """A fact of any kind that is recorded as it is; `kind` is its kind."""

    said_as = "fact"
    kind: Name
    fact: SerializeAsAny[ProjectFact]

    @classmethod
    def of(cls, fact: ProjectFact) -> "FactSeen":
        return cls(kind=fact.kind, fact=fact)

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if not unchanged(project, self.fact, context.who):
            yield self.fact


class ScheduleSeen(Observation):
    """The planned days or releases, all that are known: the first baseline or its next version."""

    said_as = "schedule"
    milestones: tuple[MilestoneDue, ...]

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        last = project.facts.latest(ScheduleBaselined)
        if last is None or last.event.milestones != self.milestones:
            version = last.event.version + 1 if last else 1
            yield ScheduleBaselined(version=version, milestones=self.milestones)


class RoleSeen(Observation):
    """A person holds a role, or no longer holds it."""

    said_as = "role"
    person: Person
    role: Role
    held: bool = True

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        known = project.team.assignment(self.person, self.role, context.now)
        if self.held and known is None:
            yield RoleAssigned(person=self.person, role=self.role)
        if not self.held and known:
            yield RoleReleased(assignment=known.id)


class SignoffSeen(Observation):
    """A person signed go at a gate; after the gate was passed, this records how many days the sign-off was late."""

    said_as = "signoff"
    gate: Gate
    role: Role
    person: Person

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        evidence = evidence_digest(evidence_of(project, [self.gate]))
        first = not project.gates.signed.get(self.gate)
        yield SignoffGiven(
            gate=self.gate,
            person=self.person,
            role=self.role,
            verdict="go",
            meaning="approval",
            statement=f"The source names this approval for {self.gate} of {project.key}.",
            evidence_set_digest=evidence,
        )
        passed = project.gates.passed(self.gate)
        if first and passed:
            yield from self._late(project, passed, context)

    def _late(self, project: Project, passed: Milestone, context: CommandContext) -> Iterator[ProjectEvent]:
        breach = project.facts.latest(BreachRecorded, self.gate)
        unsigned = [result for result in breach.event.results if result.control == SIGNED] if breach else []
        if breach and breach.event.version == passed.version and unsigned and unsigned[0].result == "unmet":
            days = (context.now - passed.at).days
            sentence = f"met late: {self.role} signed {days} day{'' if days == 1 else 's'} after {self.gate} was passed"
            late = unsigned[0].model_copy(update={"sentence": sentence, "rests_on": (passed.version, project.version)})
            late = late.model_copy(update={"rests_on_count": 2})
            yield _breach(self.gate, passed.version, (late,), settles=breach.id)


class MilestoneSeen(Observation):
    """A milestone was reached, for the first time or again: with the results of the controls and a breach if unmet.

    `stated` is what the source states about controls and gates at that moment.
    """

    said_as = "milestone"
    gate: Gate
    stated: tuple[CoverageStated, ...] = ()

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if project.gates.passed(self.gate):
            return
        yield from (statement for statement in self.stated if _is_news(project, statement))
        results = tuple(evaluate(evaluation_context(project, self.gate, context)))
        attempt = project.gates.attempts.get(self.gate, 0) + 1
        yield reached(project, self.gate, "observed", attempt=attempt, results=results)
        if any(result.result == "unmet" for result in results):
            told = tuple(result for result in results if result.result in ("unmet", "undetermined"))
            yield _breach(self.gate, project.version, told)


def _is_news(project: Project, statement: CoverageStated) -> bool:
    """Whether a statement changes the known coverage; an initial `in-force` of a control changes nothing."""
    known = project.facts.latest(CoverageStated, statement.place)
    if known is None:
        return statement.answer != "in-force" or statement.subject in GATES
    return known.event.answer != statement.answer


def _breach(gate: Gate, version: int, results: tuple[Result, ...], settles: str | None = None) -> BreachRecorded:
    return BreachRecorded(act=gate, version=version, results=results, cause="observed-import", settles=settles)


class ReturnSeen(Observation):
    """The project returned to an earlier phase."""

    said_as = "return"
    to_phase: Phase
    cause: Effect

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        yield PhaseReturned(from_phase=_phase(project, self.to_phase), to_phase=self.to_phase, cause=self.cause)


def _phase(project: Project, otherwise: Phase) -> Phase:
    """The phase of a project by its last gate; the last phase once it is deployed."""
    passed = project.gates.last()
    return (phase_after(passed.gate) or Phase.DEPLOY) if passed else otherwise


class ReversalSeen(Observation):
    """The source no longer states a milestone, so it and all later milestones are lost."""

    said_as = "reversal"
    gate: Gate
    cause: Effect

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        following = MILESTONES[MILESTONES.index(self.gate) :]
        lost = tuple(gate for gate in following if project.gates.passed(gate))
        if lost:
            yield ReviewReversed(gates_lost=lost, returns_to=ENDS[lost[0]], cause=self.cause)


class HoldSeen(Observation):
    """The project is put on hold, or resumed."""

    said_as = "hold"
    cause: HoldCause | None = None

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if self.cause:
            yield ProjectHeld(cause=self.cause)
        elif project.entry.held_since:
            yield ProjectResumed()


class CancellationSeen(Observation):
    """The project ended without deployment; for a deployed project the source's text is noted instead."""

    said_as = "cancellation"
    cause: CancelCause
    topic: Name
    text: Name

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if project.gates.passed(Gate.DEPLOYED):
            yield SourceNoted(topic=self.topic, text=self.text)
        elif not project.entry.cancelled:
            yield ProjectCancelled(cause=self.cause)
