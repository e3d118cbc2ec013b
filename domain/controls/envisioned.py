"""Controls of Envision: vision and scope, project structure, risks, success criteria and approvals."""

from domain.build.documents import documents
from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import NEEDS, PLAN, VALUE
from domain.controls.wording import counted, examples
from domain.envision.criteria import SuccessCriterionAgreed
from domain.envision.risks import NoRisksRecorded, RiskAssessed
from domain.envision.stakeholders import StakeholderIdentified, required_at
from domain.envision.vision import VisionScopeBaselined
from domain.lifecycle import Gate
from domain.portfolio.cohort import cohort
from domain.state.gates import Signoff


@control(
    "vision-scope-baselined",
    question="Are vision and scope (in and out) written and baselined by version and digest?",
    objective=NEEDS,
    risk="the scope is unclear",
    warrant="MOF 4.0, Envision SMF, process 2: write the vision/scope document (rule 3, goal G1)",
    by=("product-manager", "program-manager"),
    use=("baseline-vision-scope",),
)
def vision_scope_baselined(context: EvaluationContext) -> Finding:
    baseline = context.project.facts.latest(VisionScopeBaselined)
    if baseline is None:
        return unmet("vision and scope are not baselined")
    event = baseline.event
    parts = {"what is in scope": event.in_scope, "what is out of scope": event.out_of_scope}
    missing = [part for part, points in parts.items() if not points]
    if missing:
        return unmet(f"version {event.version} of vision and scope does not state {' and '.join(missing)}", baseline)
    return met(f"version {event.version} of vision and scope is baselined, as {event.document.document}", baseline)


@control(
    "structure-recorded",
    question="Are roles, trade-offs and approaches recorded in the project structure?",
    objective=PLAN,
    risk="responsibilities and trade-offs are unclear",
    warrant="MOF 4.0, Envision SMF: project structure document (rule 3)",
    by=("program-manager",),
    use=("record-document",),
)
def structure_recorded(context: EvaluationContext) -> Finding:
    found = documents(context.project, "project-structure")
    if not found:
        return unmet("no document of the type project-structure is recorded")
    return met(f"recorded as {examples([record.event.document for record in found])}", *found)


@control(
    "risks-assessed",
    question="Were risks assessed since the last gate (or declared as none), and does each open risk have an owner?",
    objective=PLAN,
    risk="the team is unprepared for foreseeable problems",
    warrant="MOF 4.0, Envision and Project Planning SMFs: risk assessment, revised (rules 3 and 5)",
    by=("program-manager",),
    use=("assess-risk", "record-no-risks"),
)
def risks_assessed(context: EvaluationContext) -> Finding:
    risks = context.project.facts.parts(RiskAssessed)
    none_found = context.project.facts.latest(NoRisksRecorded)
    looked = [*risks.values(), *([none_found] if none_found else ())]
    if not looked:
        return nothing(context, "no risk is assessed, and no declaration of no risks is recorded")
    ownerless = [name for name, risk in risks.items() if risk.event.state == "open" and risk.event.owner is None]
    if ownerless:
        return unmet(f"open risks without an owner: {examples(ownerless)}", *(risks[name] for name in ownerless))
    if all(record.version < context.last_gate for record in looked):
        return unmet("risks were not assessed since the last gate", *looked)
    known = sum(risk.event.state == "open" for risk in risks.values())
    return met(f"assessed since the last gate: {counted(known, 'open risk')}, all with an owner", *looked)


@control(
    "success-criteria-agreed",
    question="Are success criteria agreed with the customer, with measure, baseline and date?",
    objective=VALUE,
    risk="the success of the project can't be measured",
    warrant="MOF 4.0, Deploy SMF: success criteria are communicated (indicator I-23)",
    by=("product-manager",),
    use=("agree-success-criterion",),
)
def success_criteria_agreed(context: EvaluationContext) -> Finding:
    criteria = context.project.facts.parts(SuccessCriterionAgreed)
    if not criteria:
        return nothing(context, "no success criterion is agreed")
    customers = _customers(context)
    vague = {name: missing for name, record in criteria.items() if (missing := _missing(record.event, customers))}
    if vague:
        what = examples([f"{name} ({', '.join(missing)})" for name, missing in vague.items()])
        return unmet(f"incomplete success criteria: {what}", *(criteria[name] for name in vague))
    return met(f"agreed with the customer: {examples(criteria)}", *criteria.values())


def _missing(criterion: SuccessCriterionAgreed, customers: set[str]) -> list[str]:
    asked = {
        "with the customer": criterion.agreed_with in customers,
        "baseline": criterion.baseline_value is not None,
        "date": criterion.measure_by is not None,
    }
    return [what for what, there in asked.items() if not there]


def _customers(context: EvaluationContext) -> set[str]:
    """The names of the project's customer: the unit, the parties with that stake, and the holders of that role."""
    project = context.project
    parties = project.facts.parts(StakeholderIdentified).values()
    people = {assignment.person for assignment in project.team.holders("customer", context.now)}
    stakes = {party.event.party for party in parties if party.event.stake == "customer"}
    return people | stakes | {cohort(project, "customer") or ""}


@control(
    "customer-and-stakeholders-approved",
    question="Did the customer and every required stakeholder approve?",
    objective=NEEDS,
    risk="a stakeholder is missing",
    warrant="MOF 4.0, Envision SMF: team, customers and stakeholders approve the review (rule 3)",
    by=("customer", "stakeholder"),
    use=("identify-stakeholder", "give-signoff"),
)
def customer_and_stakeholders_approved(context: EvaluationContext) -> Finding:
    review = context.review
    if review is None:
        return unmet("no review is called, so customer and stakeholders can't approve")
    gate = Gate(context.point)
    signoffs = [
        signoff for required in review.required if (signoff := review.signoff_for(required)) and signoff.verdict == "go"
    ]
    stakeholders = [known for known in required_at(context.project, gate) if known.event.stake != "customer"]
    silent = [known.event.party for known in stakeholders if not _approved(signoffs, known.event.party)]
    if not any(signoff.role == "customer" for signoff in signoffs):
        silent.insert(0, "the customer")
    if silent:
        return unmet(f"approval pending: {examples(silent)}", *stakeholders, *signoffs)
    return met(
        f"approved by the customer and {counted(len(stakeholders), 'required stakeholder')}", *stakeholders, *signoffs
    )


def _approved(signoffs: list[Signoff], party: str) -> bool:
    return any(signoff.party == party for signoff in signoffs)
