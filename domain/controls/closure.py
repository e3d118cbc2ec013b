"""The controls that a project may end: accepted by its customer, looked back on, with a date for what it was worth."""

from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import VALUE
from domain.controls.signatures import signed as words_in_review
from domain.controls.wording import examples
from domain.deploy.acceptance import acceptance
from domain.deploy.benefits import BenefitMeasured
from domain.deploy.deployments import last_change
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.surveys import SurveyRecorded
from domain.envision.criteria import SuccessCriterionAgreed
from domain.envision.team import ACCOUNTABLE
from domain.state.gates import Signoff

LIGHT = ("standard", "minor")
"""Where the requester accepts in the customer's place."""


@control(
    "customer-accepted",
    question="Did the customer, who is not of the team, explicitly accept?",
    objective=VALUE,
    risk="the project calls itself done, and the customer doesn't",
    warrant="MOF 4.0, Deploy SMF: the customer explicitly agrees (process 4, rule 12)",
    by=("customer", "requester"),
    use=("accept-solution", "give-signoff"),
)
def customer_accepted(context: EvaluationContext) -> Finding:
    accepted, word = acceptance(context.project), _customers_word(context)
    if word and word.verdict == "no-go" and (accepted is None or accepted.version < word.version):
        return unmet(f"{word.person} declined as {word.role}", word)
    team = {*context.policy.team_roles, ACCOUNTABLE} if context.strict else set[str]()
    if accepted and not team & context.project.team.roles_of(accepted.who, accepted.measured_at):
        return met(f"{accepted.who} accepted what is in production", accepted)
    means_it = word and word.verdict == "go" and (context.column in LIGHT or word.meaning == "acceptance")
    signed = word if means_it else None
    if signed and not team & context.project.team.roles_of(signed.person, signed.at):
        return met(f"{signed.person} accepted, signing as {signed.role}", signed)
    if accepted or signed:
        return unmet("who accepted is of the project's team", *(each for each in (accepted, signed) if each))
    return unmet("the customer has not accepted what is in production now")


def _customers_word(context: EvaluationContext) -> Signoff | None:
    """What the customer, or the requester of a light change, signed last in the open review."""
    roles = ("customer", "requester") if context.column in LIGHT else ("customer",)
    words = [word for word in words_in_review(context) if word.role in roles]
    return max(words, key=lambda word: (word.verdict == "no-go", word.version), default=None)


@control(
    "project-reviewed",
    question="Is the post-implementation review recorded (technical, business, on time, on budget)?",
    objective=VALUE,
    risk="the same mistakes are made again",
    warrant="MOF 4.0, Change and Configuration SMF, step 7: post-implementation review (rules 12 and 17)",
    by=("program-manager", "solution-manager", "change-manager"),
    use=("record-post-implementation-review",),
)
def project_reviewed(context: EvaluationContext) -> Finding:
    told = context.project.facts.latest(PostImplementationReviewRecorded)
    if told is None:
        return unmet("no post-implementation review is on record")
    if told.version < last_change(context.project):
        return unmet("the post-implementation review is older than what is in production", told)
    said = told.event
    yes = {True: "yes", False: "no"}
    technical, business = f"technical success: {yes[said.technical_success]}", f"business: {yes[said.business_success]}"
    return met(f"{technical}, {business}, on time: {yes[said.on_time]}, on budget: {yes[said.on_budget]}", told)


@control(
    "survey-arranged",
    question="Is the satisfaction survey held or dated?",
    objective=VALUE,
    risk="nobody learns what the customer thinks of it",
    warrant="MOF 4.0, Deploy SMF: customer satisfaction survey (rule 12)",
    by=("product-manager", "customer"),
    use=("record-survey",),
)
def survey_arranged(context: EvaluationContext) -> Finding:
    surveys = list(context.project.facts.parts(SurveyRecorded).values())
    held = [each for each in surveys if each.event.asked]
    today = context.now.date()
    dated = [each for each in surveys if each.event.planned_for and each.event.planned_for >= today]
    if held:
        return met(f"survey {examples(each.event.survey for each in held)} was held", *held)
    if dated:
        return met(f"survey {examples(each.event.survey for each in dated)} is dated", *dated)
    if surveys:
        names = examples(each.event.survey for each in surveys)
        return unmet(f"survey {names} was not held, and has no date that is still to come", *surveys)
    return unmet("no satisfaction survey is held or dated")


@control(
    "benefits-scheduled",
    question="Has every success criterion a date and a person to measure it?",
    objective=VALUE,
    risk="nobody ever finds out whether it was worth it",
    warrant="MSF CMMI, governance: are we realizing the value envisioned? (mof.md §2.5)",
    by=("product-manager", "customer"),
    use=("agree-success-criterion", "measure-benefit"),
)
def benefits_scheduled(context: EvaluationContext) -> Finding:
    criteria = context.project.facts.parts(SuccessCriterionAgreed)
    measured = context.project.facts.parts(BenefitMeasured)
    if not criteria:
        return nothing(context, "no success criterion was agreed, so none can be measured")
    lacking = [name for name, each in criteria.items() if name not in measured and not _scheduled(context, each.event)]
    records = (*criteria.values(), *measured.values())
    if lacking:
        what = f"{len(lacking)} of {len(criteria)} success criteria"
        return unmet(f"{what} without a date or a person to measure it: {examples(lacking)}", *records)
    return met(f"each of {len(criteria)} success criteria is measured, or has a date and a person", *records)


def _scheduled(context: EvaluationContext, criterion: SuccessCriterionAgreed) -> bool:
    role = criterion.measured_by_role
    person = criterion.measured_by or (role and context.project.team.holders(role, context.now))
    return bool(criterion.measure_by and person)
