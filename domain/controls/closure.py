"""Controls of closure: customer acceptance, post-implementation review, survey and success criteria."""

from domain.controls.control import EvaluationContext, Finding, control, met, nothing, unmet
from domain.controls.objectives import VALUE
from domain.controls.signatures import signed
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
"""The columns in which the requester may accept in place of the customer."""


@control(
    "customer-accepted",
    question="Did the customer, who is not a member of the team, explicitly accept?",
    objective=VALUE,
    risk="the project is closed without the customer's acceptance",
    warrant="MOF 4.0, Deploy SMF: the customer explicitly agrees (process 4, rule 12)",
    by=("customer", "requester"),
    use=("accept-solution", "give-signoff"),
)
def customer_accepted(context: EvaluationContext) -> Finding:
    accepted, signoff = acceptance(context.project), _customer_signoff(context)
    if signoff and signoff.verdict == "no-go" and (accepted is None or accepted.version < signoff.version):
        return unmet(f"{signoff.person} declined as {signoff.role}", signoff)
    team = {*context.policy.team_roles, ACCOUNTABLE} if context.strict else set[str]()
    if accepted and not team & context.project.team.roles_of(accepted.who, accepted.measured_at):
        return met(f"{accepted.who} accepted the solution in production", accepted)
    accepts = signoff and signoff.verdict == "go" and (context.column in LIGHT or signoff.meaning == "acceptance")
    signature = signoff if accepts else None
    if signature and not team & context.project.team.roles_of(signature.person, signature.at):
        return met(f"{signature.person} accepted by a sign-off as {signature.role}", signature)
    if accepted or signature:
        return unmet(
            "the acceptance is by a member of the project team", *(each for each in (accepted, signature) if each)
        )
    return unmet("the customer has not accepted the current solution in production")


def _customer_signoff(context: EvaluationContext) -> Signoff | None:
    """The last sign-off of the customer (or the requester of a light change) in the open review."""
    roles = ("customer", "requester") if context.column in LIGHT else ("customer",)
    signoffs = [signoff for signoff in signed(context) if signoff.role in roles]
    return max(signoffs, key=lambda signoff: (signoff.verdict == "no-go", signoff.version), default=None)


@control(
    "project-reviewed",
    question="Is the post-implementation review recorded (technical, business, on time, on budget)?",
    objective=VALUE,
    risk="the same mistakes are repeated",
    warrant="MOF 4.0, Change and Configuration SMF, step 7: post-implementation review (rules 12 and 17)",
    by=("program-manager", "solution-manager", "change-manager"),
    use=("record-post-implementation-review",),
)
def project_reviewed(context: EvaluationContext) -> Finding:
    review = context.project.facts.latest(PostImplementationReviewRecorded)
    if review is None:
        return unmet("no post-implementation review is recorded")
    if review.version < last_change(context.project):
        return unmet("the post-implementation review is older than the current deployment", review)
    findings = review.event
    yes = {True: "yes", False: "no"}
    technical, business = (
        f"technical success: {yes[findings.technical_success]}",
        f"business: {yes[findings.business_success]}",
    )
    return met(
        f"{technical}, {business}, on time: {yes[findings.on_time]}, on budget: {yes[findings.on_budget]}", review
    )


@control(
    "survey-arranged",
    question="Is the customer satisfaction survey held or scheduled?",
    objective=VALUE,
    risk="the customer's satisfaction is unknown",
    warrant="MOF 4.0, Deploy SMF: customer satisfaction survey (rule 12)",
    by=("product-manager", "customer"),
    use=("record-survey",),
)
def survey_arranged(context: EvaluationContext) -> Finding:
    surveys = list(context.project.facts.parts(SurveyRecorded).values())
    held = [each for each in surveys if each.event.invited]
    today = context.now.date()
    dated = [each for each in surveys if each.event.planned_for and each.event.planned_for >= today]
    if held:
        return met(f"survey {examples(each.event.survey for each in held)} was held", *held)
    if dated:
        return met(f"survey {examples(each.event.survey for each in dated)} is scheduled", *dated)
    if surveys:
        names = examples(each.event.survey for each in surveys)
        return unmet(f"survey {names} is not held and has no future date", *surveys)
    return unmet("no satisfaction survey is held or scheduled")


@control(
    "benefits-scheduled",
    question="Does every success criterion have a measurement date and a responsible person?",
    objective=VALUE,
    risk="the benefit of the project is never measured",
    warrant="MSF CMMI, governance: are we realizing the value envisioned? (mof.md §2.5)",
    by=("product-manager", "customer"),
    use=("agree-success-criterion", "measure-benefit"),
)
def benefits_scheduled(context: EvaluationContext) -> Finding:
    criteria = context.project.facts.parts(SuccessCriterionAgreed)
    measured = context.project.facts.parts(BenefitMeasured)
    if not criteria:
        return nothing(context, "no success criterion is agreed, so none can be measured")
    lacking = [name for name, each in criteria.items() if name not in measured and not _scheduled(context, each.event)]
    records = (*criteria.values(), *measured.values())
    if lacking:
        what = f"{len(lacking)} of {len(criteria)} success criteria"
        return unmet(f"{what} have no measurement date or responsible person: {examples(lacking)}", *records)
    return met(f"each of {len(criteria)} success criteria is measured or has a date and a responsible person", *records)


def _scheduled(context: EvaluationContext, criterion: SuccessCriterionAgreed) -> bool:
    role = criterion.measured_by_role
    person = criterion.measured_by or (role and context.project.team.holders(role, context.now))
    return bool(criterion.measure_by and person)
