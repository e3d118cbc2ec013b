"""Observations: what a source can say of a project, each turned into the events that it stands for."""

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
"""Whether something lost had taken effect: it had not come out yet, it had, or the source doesn't say."""


class ProposalSeen(Observation):
    """The project is there, as far as the source knows it."""

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
    """The project is called otherwise now."""

    said_as = "title"
    title: Name

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        known = project.facts.latest(ProjectProposed)
        if known and known.event.title != self.title:
            was, now = (orjson.dumps(title).decode() for title in (known.event.title, self.title))
            field = FieldCorrected(name="title", was=was, now=now)
            yield FactCorrected(event=known.id, corrects=known.version, fields=(field,))


class CohortSeen(Observation):
    """The project counts under another customer, portfolio or service now."""

    said_as = "cohort"
    attribute: Attribute
    becomes: Key

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        was = cohort(project, self.attribute)
        if was != self.becomes:
            yield ProjectReassigned(attribute=self.attribute, was=was, becomes=self.becomes)


class FactSeen(Observation):
    """A fact of any kind that needs no more than to be kept; `kind` is its own."""

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
    """The days or releases aimed at, all that are known: the first baseline, or the next version of it."""

    said_as = "schedule"
    milestones: tuple[MilestoneDue, ...]

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        last = project.facts.latest(ScheduleBaselined)
        if last is None or last.event.milestones != self.milestones:
            version = last.event.version + 1 if last else 1
            yield ScheduleBaselined(version=version, milestones=self.milestones)


class RoleSeen(Observation):
    """A person is named in a role, or no longer."""

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
    """A person signed for go at a gate; where the gate was passed without, that it came late, and by how many days."""

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
    """A milestone was reached, for the first time or again: with what the rules find, and the breach of those unmet.

    `stated` is what the source can tell of controls and gates as it is reached.
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
    """Whether a statement changes what is known; that a control looks for itself goes without saying at first."""
    known = project.facts.latest(CoverageStated, statement.place)
    if known is None:
        return statement.answer != "in-force" or statement.about in GATES
    return known.event.answer != statement.answer


def _breach(gate: Gate, version: int, results: tuple[Result, ...], settles: str | None = None) -> BreachRecorded:
    return BreachRecorded(act=gate, version=version, results=results, cause="observed-import", settles=settles)


class ReturnSeen(Observation):
    """The project went back to an earlier phase."""

    said_as = "return"
    to_phase: Phase
    cause: Effect

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        yield PhaseReturned(from_phase=_phase(project, self.to_phase), to_phase=self.to_phase, cause=self.cause)


def _phase(project: Project, otherwise: Phase) -> Phase:
    """The phase that a project is in, by the gate it passed last; the last phase once it is deployed."""
    passed = project.gates.last()
    return (phase_after(passed.gate) or Phase.DEPLOY) if passed else otherwise


class ReversalSeen(Observation):
    """A milestone is no longer said to be reached, so it and all that followed are lost."""

    said_as = "reversal"
    gate: Gate
    cause: Effect

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        following = MILESTONES[MILESTONES.index(self.gate) :]
        lost = tuple(gate for gate in following if project.gates.passed(gate))
        if lost:
            yield ReviewReversed(gates_lost=lost, returns_to=ENDS[lost[0]], cause=self.cause)


class HoldSeen(Observation):
    """The project waits for something, or goes on."""

    said_as = "hold"
    cause: HoldCause | None = None

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if self.cause:
            yield ProjectHeld(cause=self.cause)
        elif project.entry.held_since:
            yield ProjectResumed()


class CancellationSeen(Observation):
    """The project is over without deployment; of a deployed one it is noted that it was said, in the source's words."""

    said_as = "cancellation"
    cause: CancelCause
    about: Name
    says: Name

    def follows(self, project: Project, context: CommandContext) -> Iterator[ProjectEvent]:
        if project.gates.passed(Gate.DEPLOYED):
            yield SourceNoted(about=self.about, says=self.says)
        elif not project.entry.cancelled:
            yield ProjectCancelled(cause=self.cause)
