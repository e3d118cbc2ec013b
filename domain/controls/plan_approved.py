"""Controls of Project Planning: discipline, requirements, specification, plan, schedule, estimates, RFC."""

from domain.build.documents import documents
from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import NEEDS, PLAN, SPECIFICATION, STABILITY
from domain.controls.wording import counted, examples
from domain.lifecycle import MILESTONES
from domain.planning.budget import BudgetBaselined
from domain.planning.discipline import DisciplineChosen
from domain.planning.estimates import EstimateGiven
from domain.planning.plans import PlanBaselined
from domain.planning.requirements import requirements_in_force
from domain.planning.rfc import RfcScheduled, RfcSubmitted
from domain.planning.schedule import ScheduleBaselined
from domain.planning.specification import SpecificationBaselined, specified_requirements
from domain.planning.traces import features_of


@control(
    "discipline-chosen",
    question="Was the management discipline chosen before planning began?",
    objective=PLAN,
    risk="the team plans without an agreed method",
    warrant="MOF 4.0, Project Planning SMF: the discipline is chosen before planning begins (rule 2)",
    by=("program-manager",),
    use=("choose-discipline", "baseline-plan"),
)
def discipline_chosen(context: EvaluationContext) -> Finding:
    facts = context.project.facts
    chosen = facts.latest(DisciplineChosen)
    if chosen is None:
        return unmet("no management discipline is chosen")
    first = facts.history(DisciplineChosen)[0]
    plans = [plan for plan in (facts.latest(PlanBaselined), facts.latest(ScheduleBaselined)) if plan]
    early = [plan for plan in plans if plan.version < first.version]
    if early:
        return unmet(
            "the plan or schedule was baselined before the discipline was chosen; baseline it again", first, *early
        )
    return met(f"{chosen.event.discipline} is chosen", chosen)


@control(
    "needs-before-plan",
    question="Were the requirements captured before the plan was baselined?",
    objective=NEEDS,
    risk="the solution does not meet the need",
    warrant="MOF 4.0, Deliver Phase Overview, goal G1: needs are captured before a solution is planned (rule 4)",
    by=("product-manager", "program-manager"),
    use=("capture-requirement", "baseline-specification"),
)
def needs_before_plan(context: EvaluationContext) -> Finding:
    needs = requirements_in_force(context.project)
    if not needs:
        return nothing(context, "no requirement is captured")
    baseline = context.project.facts.latest(SpecificationBaselined)
    if baseline is None:
        return unmet(
            f"no specification is baselined for the {counted(len(needs), 'captured requirement')}", *needs.values()
        )
    late = [name for name, need in needs.items() if need.version > baseline.version]
    if late:
        return unmet(
            f"captured after the specification: {examples(late)}; baseline the specification again",
            baseline,
            *(needs[name] for name in late),
        )
    return met(
        f"{counted(len(needs), 'requirement')} captured, all before the specification", baseline, *needs.values()
    )


@control(
    "specification-baselined",
    question="Are a functional specification and a design baselined by digest?",
    objective=SPECIFICATION,
    risk="the build can't be compared with an agreed specification",
    warrant="MOF 4.0, Project Planning SMF: functional specification and design (rule 5, goal G2)",
    by=("program-manager", "developer"),
    use=("baseline-specification", "record-document"),
)
def specification_baselined(context: EvaluationContext) -> Finding:
    baseline = context.project.facts.latest(SpecificationBaselined)
    if baseline is None:
        return unmet("no specification is baselined")
    designs = documents(context.project, "design")
    if baseline.event.design is None and not designs:
        return unmet(f"version {baseline.event.version} of the specification has no design", baseline)
    return met(
        f"version {baseline.event.version} of the specification is baselined, with its design", baseline, *designs
    )


@control(
    "requirements-traced",
    question="Does every baselined requirement have at least one feature?",
    objective=SPECIFICATION,
    risk="features can't be traced to requirements",
    warrant="MSF: requirements stay traceable to features (mof.md §2.2, §8 O2)",
    by=("program-manager", "product-manager"),
    use=("plan-feature", "link-trace"),
)
def requirements_traced(context: EvaluationContext) -> Finding:
    in_force = requirements_in_force(context.project)
    needs = {name: need for name, need in specified_requirements(context.project).items() if name in in_force}
    if not needs:
        return nothing(context, "no requirement is baselined with a specification")
    answered = features_of(context.project)
    untraced = [name for name in needs if name not in answered]
    if untraced:
        return unmet(f"requirements without a feature: {examples(untraced)}", *(needs[name] for name in untraced))
    return met(f"{counted(len(needs), 'requirement')} baselined, all with a feature", *needs.values())


@control(
    "plan-baselined",
    question="Is the master plan baselined with the sub-plans that its category requires?",
    objective=PLAN,
    risk="necessary work is discovered too late",
    warrant="MOF 4.0, Project Planning SMF: plans roll up into the master plan (rule 5, goal G3)",
    by=("program-manager",),
    use=("baseline-plan",),
)
def plan_baselined(context: EvaluationContext) -> Finding:
    plan = context.project.facts.latest(PlanBaselined)
    if plan is None:
        return unmet("no master plan is baselined")
    there = {subplan.subplan for subplan in plan.event.subplans}
    missing = [name for name in context.policy.subplans.of(context.column) or () if name not in there]
    if missing:
        return unmet(f"version {plan.event.version} of the plan has no sub-plan for {examples(missing)}", plan)
    return met(f"version {plan.event.version} of the plan is baselined, with {counted(len(there), 'sub-plan')}", plan)


@control(
    "schedule-baselined",
    question="Does every remaining milestone have a baselined date?",
    objective=PLAN,
    risk="the dates are not realistic",
    warrant="MOF 4.0, Project Planning SMF: master project schedule (rule 5, goal G3)",
    by=("program-manager",),
    use=("baseline-schedule",),
)
def schedule_baselined(context: EvaluationContext) -> Finding:
    schedule = context.project.facts.latest(ScheduleBaselined)
    if schedule is None:
        return unmet("no schedule is baselined")
    dated = {milestone.gate for milestone in schedule.event.milestones}
    following = MILESTONES[MILESTONES.index(context.point) + 1 :] if context.point in MILESTONES else MILESTONES
    undated = [gate for gate in following if gate not in dated]
    if undated:
        return unmet(f"version {schedule.event.version} of the schedule has no date for {examples(undated)}", schedule)
    return met(f"version {schedule.event.version} of the schedule has a date for every remaining milestone", schedule)


@control(
    "estimates-recorded",
    question="Are effort and cost estimated, with a budget at completion?",
    objective=PLAN,
    risk="the project exceeds time or budget",
    warrant="MOF 4.0, Project Planning SMF: cost estimates (rule 5, goal G3)",
    by=("program-manager", "developer"),
    use=("give-estimate", "baseline-budget"),
)
def estimates_recorded(context: EvaluationContext) -> Finding:
    estimates = list(context.project.facts.parts(EstimateGiven).values())
    budget = context.project.facts.latest(BudgetBaselined)
    there = {
        "effort": any(estimate.event.effort_hours is not None for estimate in estimates),
        "cost": any(estimate.event.cost is not None for estimate in estimates),
        "a budget at completion": budget is not None,
    }
    records = [*estimates, *([budget] if budget else [])]
    missing = [what for what, known in there.items() if not known]
    if missing:
        return unmet(f"missing: {examples(missing)}", *records)
    return met(f"{counted(len(estimates), 'estimate')} recorded, and the budget is baselined", *records)


@control(
    "rfc-submitted",
    question="Is the request for change submitted with services, configuration items, downtime and window?",
    objective=STABILITY,
    risk="operations is not informed of the change in advance",
    warrant="MOF 4.0, Project Planning SMF: a request for change is submitted at this review (rule 5)",
    by=("program-manager", "release-management"),
    use=("submit-rfc", "schedule-rfc"),
)
def rfc_submitted(context: EvaluationContext) -> Finding:
    request = context.project.facts.newest(RfcSubmitted)
    if request is None:
        return unmet("no request for change is submitted")
    event = request.event
    window = event.window_wanted or context.project.facts.latest(RfcScheduled, event.rfc)
    there = {
        "services": bool(event.services),
        "configuration items": bool(event.configuration_items),
        "downtime": event.downtime_minutes is not None,
        "window": window is not None,
    }
    missing = [what for what, known in there.items() if not known]
    if missing:
        return unmet(f"request for change {event.rfc} lacks: {', '.join(missing)}", request)
    return met(f"request for change {event.rfc} is complete", request)
