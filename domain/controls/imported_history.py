"""Controls of imported histories: the same questions, answered by what the source provides."""

from collections.abc import Callable, Mapping

from domain.controls.control import Control, EvaluationContext, Finding, met, not_applicable, undetermined, unmet
from domain.controls.wording import counted, examples
from domain.envision.team import OWNER
from domain.lifecycle import MILESTONES, Gate, gates_before
from domain.planning.schedule import ScheduleBaselined
from domain.portfolio.coverage import stated
from domain.portfolio.proposal import ProjectProposed

APPROVER = "approver"
"""The role of the people whose approval of the plan the source requires."""


def observed(control: Control, context: EvaluationContext) -> Finding:
    """The finding of a control in an imported project: as the source states it, else by evaluation."""
    said = stated(context.project, control.name, context.point)
    if said and said.answer != "in-force":
        return Finding(said.answer, str(said.explanation))
    return _OBSERVED.get(control.name, control.check)(context)


def _gates_in_order(context: EvaluationContext) -> Finding:
    gates = context.project.gates
    before = [gate for gate in gates_before(Gate(context.point)) if gate in MILESTONES]
    passed = [milestone for gate in before if (milestone := gates.passed(gate))]
    missing = [gate for gate in before if not gates.passed(gate)]
    asked = [gate for gate in missing if not _none_of_its(gate, context)]
    if context.project.entry.cancelled:
        return unmet("the project is cancelled", *passed)
    if missing and not asked:
        return not_applicable(f"{examples(missing)}: {_none_of_its(missing[0], context)}", *passed)
    if not asked:
        return met(f"earlier milestones: {examples(before) or 'none'}, none missing", *passed)
    known = [gate for gate in asked if gate in gates.lost or stated(context.project, gate) or not _begins_late(context)]
    if not known:
        return undetermined(f"the source begins too late to show {examples(asked)}", *passed)
    return unmet(
        examples(f"{gate} was {'reversed' if gate in gates.lost else 'not reached'}" for gate in known), *passed
    )


def _none_of_its(gate: Gate, context: EvaluationContext) -> str | None:
    """Why a gate does not apply to this project, if the source says so."""
    said = stated(context.project, gate)
    return str(said.explanation) if said and said.answer == "not-applicable" else None


def _begins_late(context: EvaluationContext) -> bool:
    """Whether the source begins after the start of the project."""
    proposed = context.project.facts.latest(ProjectProposed)
    return proposed is not None and proposed.time_quality in ("at-latest", "inferred")


def _every_role_signed(context: EvaluationContext) -> Finding:
    gates = context.project.gates
    signoffs = [signoff for signoff in gates.signed.get(Gate(context.point), ()) if signoff.verdict == "go"]
    if signoffs:
        return met(f"signed by {examples(sorted({signoff.role for signoff in signoffs}))}", *signoffs)
    if context.point in gates.lost:
        return undetermined(
            "this is a repeated attempt, and the source does not show a renewed approval by the same person"
        )
    return unmet(f"nobody signed for {context.point}")


def _decider_independent(context: EvaluationContext) -> Finding:
    team, signoffs = context.project.team, context.project.gates.signed.get(Gate(context.point), [])
    authors = {held.person: held for held in team.holders(OWNER, context.now)}
    named = {held.person: held for held in team.holders(APPROVER, context.now) if context.point == Gate.PLAN_APPROVED}
    both = [signoff for signoff in signoffs if signoff.person in authors]
    if both:
        people = examples(sorted({signoff.person for signoff in both}))
        return unmet(f"{people} signed and is also an author", *both, *(authors[signoff.person] for signoff in both))
    independent = [held for person, held in named.items() if person not in authors]
    if named and not independent:
        return unmet(f"{examples(sorted(named))}: every approver is an author", *named.values())
    if len(independent) == len(named) and (named or signoffs):
        return met(
            f"{counted(len(named) + len(signoffs), 'approver')} named, none is an author", *named.values(), *signoffs
        )
    return undetermined("the source does not say who decided", *named.values())


def _schedule_baselined(context: EvaluationContext) -> Finding:
    schedule = context.project.facts.latest(ScheduleBaselined)
    if schedule:
        named = examples(f"{due.gate} {due.release or due.day}" for due in schedule.event.milestones)
        return met(f"version {schedule.event.version} of the schedule plans {named}", schedule)
    if _begins_late(context):
        return undetermined("the source begins too late to show whether there was a schedule")
    return unmet("no schedule is baselined")


_OBSERVED: Mapping[str, Callable[[EvaluationContext], Finding]] = {
    "gates-in-order": _gates_in_order,
    "every-role-signed": _every_role_signed,
    "decider-independent": _decider_independent,
    "schedule-baselined": _schedule_baselined,
}
