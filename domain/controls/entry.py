"""Controls of entry: classification, template, portfolio approval, goal and accountable roles."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from domain.controls.consent import matching_reports
from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import COMPLIANCE, NEEDS, PLAN, STABILITY
from domain.controls.wording import examples
from domain.envision.team import ACCOUNTABLE, OWNER
from domain.event import Recorded
from domain.lifecycle import CATEGORIES, Gate
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.cohort import cohort
from domain.portfolio.goals import GoalLinked
from domain.portfolio.preapproval import ProjectPreapproved
from domain.state.gates import Signoff


@control(
    "category-classified",
    question="Was the category derived from answers by an authorized person, and standard only by a valid template?",
    objective=COMPLIANCE,
    risk="people choose the category that needs the least control",
    warrant="MOF 4.0, Change and Configuration SMF, steps 3 and 4 (mof.md §6)",
    by=("change-manager", "cab", "emergency-committee"),
    use=("classify-change",),
)
def category_classified(context: EvaluationContext) -> Finding:
    last = context.project.facts.latest(ChangeClassified)
    if last is None:
        return unmet("this change is not classified yet")
    said = last.event
    if said.category == "standard":
        why = template_fault(context)
        return unmet(f"classified as standard, but {why}", last) if why else met("standard by its template", last)
    if said.answers is None:
        return unmet(f"classified as {said.category} by {last.who} without answers to the questions", last)
    if said.authority and last.who != context.project.entry.requester:
        return met(f"{said.category} with a score of {said.score}, by {last.who} as {said.authority}", last)
    confirmed = next(_confirmations(context, last), None)
    if confirmed:
        return met(
            f"{said.category} by {last.who}, confirmed by {confirmed.person} as {confirmed.role}", last, confirmed
        )
    roles = " or ".join(_classifiers(context, said)) or "nobody (by this policy)"
    return unmet(f"classified as {said.category} by {last.who} alone; {roles} must confirm it", last)


def _classifiers(context: EvaluationContext, said: ChangeClassified) -> tuple[str, ...]:
    by_category = context.policy.authorities_for("classify", said.category)
    return tuple(dict.fromkeys((*context.policy.authorities_for("classify", context.column), *by_category)))


def _confirmations(context: EvaluationContext, last: Recorded[ChangeClassified]) -> Iterator[Signoff]:
    """The go sign-offs since the classification by other people who may classify."""
    roles, not_alone = _classifiers(context, last.event), {last.who, context.project.entry.requester}
    for review in context.project.gates.reviews.values():
        for required in review.required:
            signoff = review.signoff_for(required)
            since = signoff is not None and signoff.verdict == "go" and signoff.version > last.version
            if signoff and since and signoff.role in roles and signoff.person not in not_alone:
                yield signoff


@control(
    "template-valid",
    question="Is the template registered, valid, for this service, and within its limits and failure rate?",
    objective=STABILITY,
    risk="an unknown kind of change runs without approval",
    warrant="MOF 4.0, Change and Configuration SMF, step 4: pre-defined approval (mof.md §6)",
    by=("cab",),
    use=("register-standard-change", "start-standard-change"),
)
def template_valid(context: EvaluationContext) -> Finding:
    records = [known] if (known := context.project.facts.latest(ProjectPreapproved)) else []
    why = template_fault(context)
    return unmet(why, *records) if why else met(f"template {context.project.entry.template} is valid", *records)


def template_fault(context: EvaluationContext) -> str | None:
    """What is wrong with the template of a project, if anything; its own and later uses don't count."""
    project = context.project
    name = project.entry.template
    if name is None:
        return "the change has no template"
    template = context.rulebook.templates.get(name)
    if template is None:
        return f"template {name} is not registered"
    service = cohort(project, "service")
    if service != template.service:
        return f"template {name} is for service {template.service}, not for {service}"
    earlier = list(takewhile(lambda use: use.project != project.key, template.uses))
    why = replace(template, uses=earlier).unusable(context.now, context.policy.templates.failures_counted_over)
    return f"template {name} is not valid: {why}" if why else None


@control(
    "portfolio-approved",
    question="Did the portfolio review or a standing approval admit the project to the Deliver Phase?",
    objective=NEEDS,
    risk="work is done without an investment decision",
    warrant="MOF 4.0, Deliver Phase Overview: the Portfolio review leads into Deliver (rule 1)",
    by=("solution-manager", "portfolio-board"),
    use=("call-review", "decide-review"),
)
def portfolio_approved(context: EvaluationContext) -> Finding:
    passed = context.project.gates.portfolio
    if passed:
        return met(f"admitted to the Deliver Phase on {passed.at:%Y-%m-%d}, basis {passed.basis}", passed)
    if Gate.PORTFOLIO in context.assumed:
        return met("this review admits the project to the Deliver Phase")
    return unmet("the portfolio review has not admitted this project to the Deliver Phase")


@control(
    "goal-linked",
    question="Is the project linked to a goal of the organisation, and is the link confirmed?",
    objective=NEEDS,
    risk="the project serves no goal of the organisation",
    warrant="MOF 4.0, Deliver Phase Overview: IT's goals are aligned with the organisation's",
    by=("product-manager", "sponsor"),
    use=("link-goal",),
)
def goal_linked(context: EvaluationContext) -> Finding:
    goals = context.project.facts.parts(GoalLinked)
    if not goals:
        return nothing(context, "the project is linked to no goal of the organisation")
    confirmed = [goal for goal in goals.values() if _confirmed(context, goal)]
    if not confirmed:
        return unmet(f"the link to {examples(goals)} is not confirmed", *goals.values())
    first = confirmed[0]
    others = f" and {len(confirmed) - 1} more" if len(confirmed) > 1 else ""
    return met(f"linked to {first.event.goal}, confirmed by the {first.event.confirmed_by_role}{others}", *confirmed)


def _confirmed(context: EvaluationContext, goal: Recorded[GoalLinked]) -> bool:
    """Whether a report was made in the role that the event names as confirming."""
    team, role = context.project.team, goal.event.confirmed_by_role
    return any(role in team.roles_of(each.who, each.measured_at) for each in matching_reports(context, goal))


@control(
    "accountable-named",
    question="Are exactly one Solution Manager and one owner (Program Manager) assigned?",
    objective=PLAN,
    risk="nobody is accountable for the project",
    warrant="MOF 4.0, Team SMF: someone is ultimately accountable; Deliver Phase: the Solution Manager is",
    by=("solution-manager", "administrator"),
    use=("assign-role", "release-role"),
)
def accountable_examples(context: EvaluationContext) -> Finding:
    team = context.project.team
    held = {role: [a for a in team.holders(role, context.now) if not a.deputy_for] for role in (ACCOUNTABLE, OWNER)}
    people = {role: sorted({a.person for a in assignments}) for role, assignments in held.items()}
    wrong = [f"{role} {examples(names) or 'nobody'}" for role, names in people.items() if len(names) != 1]
    records = [assignment for assignments in held.values() for assignment in assignments]
    if wrong:
        return unmet(f"exactly one person must hold each role; now: {'; '.join(wrong)}", *records)
    return met(f"{people[ACCOUNTABLE][0]} is accountable, {people[OWNER][0]} is the owner", *records)


@control(
    "category-not-lowered",
    question="Was the category lowered since the last gate only with the authority for the higher category?",
    objective=COMPLIANCE,
    risk="a gate is bypassed by lowering the category",
    warrant="MOF 4.0, Change and Configuration SMF: approval is driven by category (mof.md §6)",
    by=("change-manager", "cab", "executive"),
    use=("classify-change",),
)
def category_not_lowered(context: EvaluationContext) -> Finding:
    said = [known for known in context.project.facts.history(ChangeClassified) if known.version > context.last_gate]
    lowered = [known for known in said if known.event.lowers]
    wrong = [known for known in lowered if not known.event.authority and _still_lower(known.event, context)]
    if wrong:
        return unmet(f"{wrong[-1].who} lowered the category to {wrong[-1].event.category} without authority", *wrong)
    if lowered:
        return met(f"{lowered[-1].who} lowered the category to {lowered[-1].event.category} with authority", *lowered)
    return met("the category was not lowered since the last gate", *said)


def _still_lower(said: ChangeClassified, context: EvaluationContext) -> bool:
    """Whether the current category is still lower than before that classification."""
    was, now = said.previous, context.project.entry.category
    return was is not None and now is not None and CATEGORIES.index(now) < CATEGORIES.index(was.category)
