"""Controls over imported histories: the same questions, asked of what their source can tell."""

from collections.abc import Callable, Mapping

from domain.controls.control import Control, EvaluationContext, Finding, met, not_applicable, undetermined, unmet
from domain.controls.wording import counted, examples
from domain.envision.team import OWNER
from domain.lifecycle import MILESTONES, Gate, gates_before
from domain.planning.schedule import ScheduleBaselined
from domain.portfolio.coverage import stated
from domain.portfolio.proposal import ProjectProposed

APPROVER = "approver"
"""The role of those whose approval the source names as required for the plan."""


def observed(control: Control, context: EvaluationContext) -> Finding:
    """What a control finds in an imported project: as the source states it, else as it can be seen there."""
    said = stated(context.project, control.name, context.point)
    if said and said.answer != "in-force":
        return Finding(said.answer, str(said.because))
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
        return undetermined(f"the record begins too late to tell of {examples(asked)}", *passed)
    return unmet(
        examples(f"{gate} was {'lost again' if gate in gates.lost else 'not reached'}" for gate in known), *passed
    )


def _none_of_its(gate: Gate, context: EvaluationContext) -> str | None:
    """Why a gate is none of this project's, if the source says so."""
    said = stated(context.project, gate)
    return str(said.because) if said and said.answer == "not-applicable" else None


def _begins_late(context: EvaluationContext) -> bool:
    """Whether the project was first seen after its beginning."""
    proposed = context.project.facts.latest(ProjectProposed)
    return proposed is not None and proposed.time_quality in ("at-latest", "inferred")


def _every_role_signed(context: EvaluationContext) -> Finding:
    gates = context.project.gates
    words = [word for word in gates.signed.get(Gate(context.point), ()) if word.verdict == "go"]
    if words:
        return met(f"signed by {examples(sorted({word.role for word in words}))}", *words)
    if context.point in gates.lost:
        return undetermined(
            "it is tried again, and a renewed approval by the same person leaves no trace in the source"
        )
    return unmet(f"nobody had signed for {context.point}")


def _decider_independent(context: EvaluationContext) -> Finding:
    team, words = context.project.team, context.project.gates.signed.get(Gate(context.point), [])
    authors = {held.person: held for held in team.holders(OWNER, context.now)}
    named = {held.person: held for held in team.holders(APPROVER, context.now) if context.point == Gate.PLAN_APPROVED}
    both = [word for word in words if word.person in authors]
    if both:
        people = examples(sorted({word.person for word in both}))
        return unmet(f"{people} signed and is an author", *both, *(authors[word.person] for word in both))
    independent = [held for person, held in named.items() if person not in authors]
    if named and not independent:
        return unmet(f"{examples(sorted(named))}: every approver is an author", *named.values())
    if len(independent) == len(named) and (named or words):
        return met(f"{counted(len(named) + len(words), 'approver')} named, none an author", *named.values(), *words)
    return undetermined("the source doesn't say who decided", *named.values())


def _schedule_baselined(context: EvaluationContext) -> Finding:
    schedule = context.project.facts.latest(ScheduleBaselined)
    if schedule:
        named = examples(f"{due.gate} {due.release or due.day}" for due in schedule.event.milestones)
        return met(f"version {schedule.event.version} of the schedule aims at {named}", schedule)
    if _begins_late(context):
        return undetermined("the record begins too late to tell whether there was a schedule")
    return unmet("no schedule is baselined")


_OBSERVED: Mapping[str, Callable[[EvaluationContext], Finding]] = {
    "gates-in-order": _gates_in_order,
    "every-role-signed": _every_role_signed,
    "decider-independent": _decider_independent,
    "schedule-baselined": _schedule_baselined,
}
