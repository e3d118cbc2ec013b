"""Controls of governance: order of gates, conditions, waivers, deferrals, corrections and documents."""

from collections.abc import Iterator
from dataclasses import replace

from domain.build.documents import documents, not_found_again
from domain.controls.control import EvaluationContext, Finding, control, controls, met, nothing, unmet
from domain.controls.objectives import COMPLIANCE, STABILITY
from domain.controls.wording import counted, examples
from domain.lifecycle import MILESTONES, Gate, gates_before
from domain.state.gates import Condition, Deferral, Waiver

WAIVERS = "waivers-in-force"


@control(
    "gates-in-order",
    question="Are the earlier milestones reached and not reversed?",
    objective=COMPLIANCE,
    risk="a gate is bypassed",
    warrant="MOF 4.0, Deliver Phase: the milestones follow each other (mof.md §4)",
    by=("solution-manager", "change-manager"),
    use=("call-review", "decide-review"),
)
def gates_in_order(context: EvaluationContext) -> Finding:
    gates, project = context.project.gates, context.project
    earlier = gates_before(context.point) if isinstance(context.point, Gate) else ()
    whole = context.point is Gate.DEPLOYED and not project.imported  # at this gate all deferred controls are due
    before = [gate for gate in earlier if gate in MILESTONES or whole]
    passed = [milestone for gate in before if (milestone := gates.passed(gate))]
    missing = [gate for gate in before if not gates.passed(gate) and gate not in context.assumed]
    lapsed = [each.gate for each in passed if not each.stands(context.column) and each.gate not in context.assumed]
    if project.entry.cancelled:
        return unmet("the project is cancelled", *passed)
    if lapsed:
        return unmet(
            f"passed by a standing approval that no longer applies: {examples(lapsed)}; call a review", *passed
        )
    if not missing:
        return met(f"earlier milestones: {examples(before) or 'none'}, none missing", *passed)
    states = [f"{gate} was {'reversed' if gate in gates.lost else 'not reached'}" for gate in missing]
    return unmet(examples(states), *passed)


@control(
    "conditions-closed",
    question="Is no condition of an earlier approval overdue?",
    objective=COMPLIANCE,
    risk="conditions of an approval are not fulfilled",
    warrant="CMMI-DEV PMC SP 1.7: action items are tracked to closure (rule 14)",
    by=("program-manager",),
    use=("close-condition",),
)
def conditions_closed(context: EvaluationContext) -> Finding:
    known = list(context.project.gates.conditions.values())
    versions = tuple(sorted({condition.set_in for condition in known}))
    late = [condition for condition in known if not condition.closed and _presses(condition, context)]
    if late:
        words = examples(f"{c.id} of {c.owner}, due {c.due:%Y-%m-%d}" for c in late)
        return Finding("unmet", f"conditions to close before this gate: {words}", versions)
    waiting = sum(not condition.closed for condition in known)
    return Finding("met", f"no condition is overdue; {counted(waiting, 'condition')} open", versions)


def _presses(condition: Condition, context: EvaluationContext) -> bool:
    return condition.due <= context.now or condition.gate == context.point


@control(
    WAIVERS,
    question="Is every waiver in use granted by an authorized person, not expired and not revoked?",
    objective=COMPLIANCE,
    risk="people waive the rules that apply to them",
    warrant="MOF v3 review guidance: lower readiness is accepted by authority, with a reason (mof.md §3.1.6)",
    by=("change-manager", "solution-manager", "executive"),
    use=("request-waiver", "decide-waiver"),
)
def waivers_in_force(context: EvaluationContext) -> Finding:
    relied_on = list(_relied_on(context))
    if not relied_on:
        return met("no waiver is in use")
    faults = [f"{waiver.id} of {waiver.control} {fault}" for waiver in relied_on if (fault := _fault(waiver, context))]
    if faults:
        return unmet(examples(faults), *relied_on)
    return met(f"waivers in force: {examples(waiver.id for waiver in relied_on)}", *relied_on)


def _relied_on(context: EvaluationContext) -> Iterator[Waiver]:
    """For each control that is unmet here, the newest granted waiver; valid waivers come first."""
    here = [waiver for waiver in context.project.gates.waivers.values() if waiver.gate == context.point]
    granted = [waiver for waiver in here if waiver.granted_by and waiver.control != WAIVERS]
    granted.sort(key=lambda waiver: (_fault(waiver, context) is None, waiver.version))
    for waiver in {waiver.control: waiver for waiver in granted}.values():
        if controls()[waiver.control].check(context).result == "unmet":
            yield waiver


def _fault(waiver: Waiver, context: EvaluationContext) -> str | None:
    rule = context.policy.waiver(context.column)
    if waiver.state != "granted":
        return f"was {waiver.state}"
    if waiver.until is None or waiver.until <= context.now:
        return "has expired"
    if rule is None or waiver.granted_as not in rule.granted_by:
        return f"was granted by {waiver.granted_by} as {waiver.granted_as}, without the authority to waive"
    if waiver.granted_by in (waiver.asked_by, context.who):
        return f"was granted by {waiver.granted_by}, who requested it or decides the review"
    return None


@control(
    "rests-on-uncorrected-facts",
    question="Was each decision confirmed or reversed after a correction of a fact it rests on?",
    objective=COMPLIANCE,
    risk="decisions rest on incorrect facts",
    warrant="21 CFR 11.10(e): changes do not obscure recorded information",
    by=("solution-manager", "change-manager"),
    use=("confirm-review", "reverse-review"),
)
def rests_on_uncorrected_facts(context: EvaluationContext) -> Finding:
    gates = context.project.gates
    waiting = [correction for correction in gates.corrections if correction.decisions]
    if not waiting:
        return met("no correction affects a decision")
    touched = {decision for correction in waiting for decision in correction.decisions}
    reviews = [known.review for known in gates.decisions.values() if known.id in touched]
    return unmet(f"a correction affects the decisions of {examples(reviews)}; confirm or reverse them", *waiting)


@control(
    "evidence-retrievable",
    question="Was every reviewed document found under its digest?",
    objective=COMPLIANCE,
    risk="evidence is lost",
    warrant="21 CFR 11.10(b): copies can be produced for inspection",
    by=("auditor", "program-manager"),
    use=("verify-evidence",),
)
def evidence_retrievable(context: EvaluationContext) -> Finding:
    known = documents(context.project)
    if not known:
        return nothing(context, "no document is recorded")
    lost = not_found_again(context.project)
    if lost:
        return unmet(f"not found under its digest: {examples(r.event.document for r in lost)}", *lost)
    return met(f"{counted(len(known), 'document')} recorded, all found", *known)


@control(
    "deferrals-met",
    question="Are all deferred controls of the emergency change met?",
    objective=STABILITY,
    risk="an emergency is used to bypass the rules",
    warrant="MOF 4.0, Change and Configuration SMF, steps 3 and 7: abbreviated, but recorded (rule 17)",
    by=("program-manager",),
    use=("submit-rfc", "record-document", "complete-test-run", "record-post-implementation-review"),
)
def deferrals_met(context: EvaluationContext) -> Finding:
    deferrals = deferrals_of(context)
    open_ = open_deferrals(context)
    if open_:
        words = examples(f"{deferral.control} (due {deferral.due:%Y-%m-%d})" for deferral in open_)
        return unmet(f"deferred and not met yet: {words}", *open_)
    return met(
        f"{counted(len(deferrals), 'deferred control')} met" if deferrals else "no control was deferred", *deferrals
    )


def deferrals_of(context: EvaluationContext) -> list[Deferral]:
    """The deferrals at passed gates, the newest of each control."""
    return list({deferral.control: deferral for deferral in context.project.gates.deferrals}.values())


def open_deferrals(context: EvaluationContext) -> list[Deferral]:
    """The deferrals whose control is not met yet; meeting the control ends a deferral without another event."""
    return [
        deferral
        for deferral in deferrals_of(context)
        if controls()[deferral.control].check(replace(context, point=deferral.gate)).result in ("unmet", "undetermined")
    ]
