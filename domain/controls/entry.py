"""Controls of entry: classified with authority, on a valid template, let in, with a goal, with people who answer."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from domain.controls.consent import tellings
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
    question="Was the category set from answered criteria by someone allowed to, standard only by a valid template?",
    objective=COMPLIANCE,
    risk="people choose the rigour that suits them",
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
        return met(f"{said.category} from a sum of {said.score}, by {last.who} as {said.authority}", last)
    confirmed = next(_confirmations(context, last), None)
    if confirmed:
        return met(
            f"{said.category} by {last.who}, confirmed by {confirmed.person} as {confirmed.role}", last, confirmed
        )
    roles = " or ".join(_classifiers(context, said)) or "nobody, by this policy,"
    return unmet(f"classified as {said.category} by {last.who} alone: {roles} has to confirm it", last)


def _classifiers(context: EvaluationContext, said: ChangeClassified) -> tuple[str, ...]:
    by_category = context.policy.authorities_for("classify", said.category)
    return tuple(dict.fromkeys((*context.policy.authorities_for("classify", context.column), *by_category)))


def _confirmations(context: EvaluationContext, last: Recorded[ChangeClassified]) -> Iterator[Signoff]:
    """The words for go, since the classification, of others who may classify themselves."""
    roles, not_alone = _classifiers(context, last.event), {last.who, context.project.entry.requester}
    for review in context.project.gates.reviews.values():
        for required in review.required:
            word = review.given(required)
            since = word is not None and word.verdict == "go" and word.version > last.version
            if word and since and word.role in roles and word.person not in not_alone:
                yield word


@control(
    "template-valid",
    question="Is the template registered, in date, of this service, within its limits and failure rate?",
    objective=STABILITY,
    risk="a change that is no known one runs without anyone's approval",
    warrant="MOF 4.0, Change and Configuration SMF, step 4: pre-defined approval (mof.md §6)",
    by=("cab",),
    use=("register-standard-change", "start-standard-change"),
)
def template_valid(context: EvaluationContext) -> Finding:
    records = [known] if (known := context.project.facts.latest(ProjectPreapproved)) else []
    why = template_fault(context)
    return unmet(why, *records) if why else met(f"template {context.project.entry.template} holds", *records)


def template_fault(context: EvaluationContext) -> str | None:
    """What is wrong with the template that a project runs on, if anything; its own and later uses don't count."""
    project = context.project
    name = project.entry.template
    if name is None:
        return "it runs on no template"
    template = context.rulebook.templates.get(name)
    if template is None:
        return f"template {name} is not registered"
    service = cohort(project, "service")
    if service != template.service:
        return f"template {name} is one of service {template.service}, not of {service}"
    earlier = list(takewhile(lambda use: use.project != project.key, template.uses))
    why = replace(template, uses=earlier).unusable(context.now, context.policy.templates.failures_counted_over)
    return f"template {name} doesn't hold: {why}" if why else None


@control(
    "portfolio-approved",
    question="Did the Portfolio review, or a standing approval, let it into Deliver?",
    objective=NEEDS,
    risk="work is done that nobody decided to invest in",
    warrant="MOF 4.0, Deliver Phase Overview: the Portfolio review leads into Deliver (rule 1)",
    by=("solution-manager", "portfolio-board"),
    use=("call-review", "decide-review"),
)
def portfolio_approved(context: EvaluationContext) -> Finding:
    passed = context.project.gates.portfolio
    if passed:
        return met(f"let into Deliver on {passed.at:%Y-%m-%d}, basis {passed.basis}", passed)
    if Gate.PORTFOLIO in context.assumed:
        return met("this review lets it into Deliver")
    return unmet("the Portfolio review has not let this project into Deliver")


@control(
    "goal-linked",
    question="Which goal of the organisation does it serve, and who says so?",
    objective=NEEDS,
    risk="IT's work serves no goal of the organisation",
    warrant="MOF 4.0, Deliver Phase Overview: IT's goals are aligned with the organisation's",
    by=("product-manager", "sponsor"),
    use=("link-goal",),
)
def goal_linked(context: EvaluationContext) -> Finding:
    goals = context.project.facts.parts(GoalLinked)
    if not goals:
        return nothing(context, "no goal of the organisation is named")
    confirmed = [goal for goal in goals.values() if _confirmed(context, goal)]
    if not confirmed:
        return unmet(f"nobody has confirmed that it serves {examples(goals)}", *goals.values())
    first = confirmed[0]
    others = f" and {len(confirmed) - 1} more" if len(confirmed) > 1 else ""
    return met(f"serves {first.event.goal}, says the {first.event.confirmed_by_role}{others}", *confirmed)


def _confirmed(context: EvaluationContext, goal: Recorded[GoalLinked]) -> bool:
    """Whether somebody told it in the role that is said to confirm it."""
    team, role = context.project.team, goal.event.confirmed_by_role
    return any(role in team.roles_of(each.who, each.measured_at) for each in tellings(context, goal))


@control(
    "accountable-named",
    question="Is there exactly one Solution Manager and one owner (Program Manager) now?",
    objective=PLAN,
    risk="nobody answers for the project",
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
        return unmet(f"there has to be exactly one of each, and there is: {'; '.join(wrong)}", *records)
    return met(f"{people[ACCOUNTABLE][0]} is accountable, {people[OWNER][0]} owns it", *records)


@control(
    "category-not-lowered",
    question="Since the last gate, was the category lowered only with the authority that the higher one asks for?",
    objective=COMPLIANCE,
    risk="a gate is bypassed by calling the change smaller",
    warrant="MOF 4.0, Change and Configuration SMF: approval is driven by category (mof.md §6)",
    by=("change-manager", "cab", "executive"),
    use=("classify-change",),
)
def category_not_lowered(context: EvaluationContext) -> Finding:
    said = [known for known in context.project.facts.history(ChangeClassified) if known.version > context.last_gate]
    lowered = [known for known in said if known.event.lowers]
    wrong = [known for known in lowered if not known.event.authority and _still_lower(known.event, context)]
    if wrong:
        return unmet(f"{wrong[-1].who} lowered it to {wrong[-1].event.category} without authority", *wrong)
    if lowered:
        return met(f"lowered to {lowered[-1].event.category} with authority, by {lowered[-1].who}", *lowered)
    return met("not lowered since the last gate", *said)


def _still_lower(said: ChangeClassified, context: EvaluationContext) -> bool:
    """Whether the category is lower even now than it was before that classification."""
    was, now = said.was, context.project.entry.category
    return was is not None and now is not None and CATEGORIES.index(now) < CATEGORIES.index(was.category)
