"""Controls of governance: gates in their order, conditions, waivers and debts kept, corrections looked at again."""

from collections.abc import Iterator
from dataclasses import replace

from domain.build.documents import documents, not_found_again
from domain.controls.control import EvaluationContext, Finding, control, controls, met, nothing, unmet
from domain.controls.objectives import COMPLIANCE, STABILITY
from domain.controls.wording import counted, examples
from domain.lifecycle import MILESTONES, Gate, gates_before
from domain.state.gates import Condition, Debt, Waiver

WAIVERS = "waivers-in-force"


@control(
    "gates-in-order",
    question="Were the earlier milestones reached and not reversed?",
    objective=COMPLIANCE,
    risk="a gate is bypassed",
    warrant="MOF 4.0, Deliver Phase: the milestones follow each other (mof.md §4)",
    by=("solution-manager", "change-manager"),
    use=("call-review", "decide-review"),
)
def gates_in_order(context: EvaluationContext) -> Finding:
    gates, project = context.project.gates, context.project
    earlier = gates_before(context.point) if isinstance(context.point, Gate) else ()
    whole = context.point is Gate.DEPLOYED and not project.imported  # what an emergency owes is there then
    before = [gate for gate in earlier if gate in MILESTONES or whole]
    passed = [milestone for gate in before if (milestone := gates.passed(gate))]
    missing = [gate for gate in before if not gates.passed(gate) and gate not in context.assumed]
    lapsed = [each.gate for each in passed if not each.stands(context.column) and each.gate not in context.assumed]
    if project.entry.cancelled:
        return unmet("the project is cancelled", *passed)
    if lapsed:
        return unmet(f"passed by a standing approval that no longer covers it: {examples(lapsed)}; review it", *passed)
    if not missing:
        return met(f"earlier milestones: {examples(before) or 'none'}, none missing", *passed)
    states = [f"{gate} was {'lost again' if gate in gates.lost else 'not reached'}" for gate in missing]
    return unmet(examples(states), *passed)


@control(
    "conditions-closed",
    question="Is no condition of an earlier approval overdue?",
    objective=COMPLIANCE,
    risk="what was promised for an approval is forgotten",
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
        return Finding("unmet", f"to be closed before this gate: {words}", versions)
    waiting = sum(not condition.closed for condition in known)
    return Finding("met", f"no condition is overdue; {counted(waiting, 'condition')} still open", versions)


def _presses(condition: Condition, context: EvaluationContext) -> bool:
    return condition.due <= context.now or condition.gate == context.point


@control(
    WAIVERS,
    question="Is every waiver relied on granted by its authority, unexpired, unrevoked?",
    objective=COMPLIANCE,
    risk="rules are waived by those whom they bind",
    warrant="MOF v3 review guidance: lower readiness is accepted by authority, with a reason (mof.md §3.1.6)",
    by=("change-manager", "solution-manager", "executive"),
    use=("request-waiver", "decide-waiver"),
)
def waivers_in_force(context: EvaluationContext) -> Finding:
    relied_on = list(_relied_on(context))
    if not relied_on:
        return met("no waiver is relied on")
    faults = [f"{waiver.id} of {waiver.control} {fault}" for waiver in relied_on if (fault := _fault(waiver, context))]
    if faults:
        return unmet(examples(faults), *relied_on)
    return met(f"in force: {examples(waiver.id for waiver in relied_on)}", *relied_on)


def _relied_on(context: EvaluationContext) -> Iterator[Waiver]:
    """Of each control that is not met here without one, the waiver granted last, faultless ones first."""
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
        return f"was granted by {waiver.granted_by} as {waiver.granted_as}, who may not waive here"
    if waiver.granted_by in (waiver.asked_by, context.who):
        return f"was granted by {waiver.granted_by}, who asked for it or decides on it"
    return None


@control(
    "rests-on-uncorrected-facts",
    question="Was each gate looked at again where a fact that it rested on was corrected since?",
    objective=COMPLIANCE,
    risk="decisions stand on facts that turned out wrong",
    warrant="21 CFR 11.10(e): changes obscure nothing, and what hangs on them is known",
    by=("solution-manager", "change-manager"),
    use=("confirm-review", "reverse-review"),
)
def rests_on_uncorrected_facts(context: EvaluationContext) -> Finding:
    gates = context.project.gates
    waiting = [correction for correction in gates.corrections if correction.decisions]
    if not waiting:
        return met("no decision waits to be looked at again after a correction")
    touched = {decision for correction in waiting for decision in correction.decisions}
    reviews = [known.review for known in gates.decisions.values() if known.id in touched]
    return unmet(f"a fact was corrected that these rested on, confirm or reverse them: {examples(reviews)}", *waiting)


@control(
    "evidence-retrievable",
    question="Was every gated document found again under its digest?",
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
        return unmet(f"not found again under its digest: {examples(r.event.document for r in lost)}", *lost)
    return met(f"{counted(len(known), 'document')} recorded, each found again", *known)


@control(
    "debts-paid",
    question="Is all that the emergency path put off on record now?",
    objective=STABILITY,
    risk="an emergency is a way round the rules",
    warrant="MOF 4.0, Change and Configuration SMF, steps 3 and 7: abbreviated, but recorded (rule 17)",
    by=("program-manager",),
    use=("submit-rfc", "record-document", "complete-test-run", "record-post-implementation-review"),
)
def debts_paid(context: EvaluationContext) -> Finding:
    debts = debts_of(context)
    unpaid = unpaid_debts(context)
    if unpaid:
        words = examples(f"{debt.control} (due {debt.due:%Y-%m-%d})" for debt in unpaid)
        return unmet(f"still owed: {words}", *unpaid)
    return met(f"{counted(len(debts), 'debt')} paid" if debts else "nothing was put off", *debts)


def debts_of(context: EvaluationContext) -> list[Debt]:
    """What gates were passed without, the newest word on each control."""
    return list({debt.control: debt for debt in context.project.gates.debts}.values())


def unpaid_debts(context: EvaluationContext) -> list[Debt]:
    """Those whose control is still not met: a debt is paid by meeting it, without another event."""
    return [
        debt
        for debt in debts_of(context)
        if controls()[debt.control].check(replace(context, point=debt.gate)).result in ("unmet", "undetermined")
    ]
