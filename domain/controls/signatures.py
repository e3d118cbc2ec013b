"""Controls of sign-offs: independence of the customer, current evidence, current roles and authentication."""

from collections.abc import Iterator

from domain.controls.control import (
    EvaluationContext,
    Finding,
    Placed,
    control,
    met,
    not_applicable,
    nothing,
    undetermined,
    unmet,
)
from domain.controls.evidence import evidence_digest, evidence_of
from domain.controls.objectives import COMPLIANCE, VALUE
from domain.controls.wording import counted, examples
from domain.deploy.acceptance import acceptance
from domain.envision.team import ACCOUNTABLE
from domain.portfolio.proposal import REQUESTER
from domain.state.gates import Review, Signoff
from domain.state.team import Assignment


def signed(context: EvaluationContext) -> list[Signoff]:
    """The current sign-offs of the open review."""
    review = context.review
    return [signoff for required in review.required if (signoff := review.signoff_for(required))] if review else []


@control(
    "customer-outside-team",
    question="Is everyone who signs as customer outside the project team?",
    objective=VALUE,
    risk="the team accepts its own work",
    warrant="MOF 4.0, Deploy SMF: the customer explicitly agrees (mof.md §5.3.4)",
    by=("solution-manager",),
    use=("assign-role", "release-role"),
)
def customer_outside_team(context: EvaluationContext) -> Finding:
    customers = dict(_customers(context))
    if not customers:
        return nothing(context, "no customer is assigned and none has signed")
    inside = {*context.policy.team_roles, ACCOUNTABLE, "architect"}
    team = {held.person: held for held in context.project.team.now(context.now) if held.role in inside}
    both = [person for person in customers if person in team]
    if both:
        records = [record for person in both for record in (customers[person], team[person])]
        roles = [f"{person}, who is {team[person].role}" for person in both]
        return unmet(f"a customer is a member of the project team: {examples(roles)}", *records)
    return met(f"{examples(customers)} acts as customer and is outside the team", *customers.values())


def _customers(context: EvaluationContext) -> Iterator[tuple[str, Placed]]:
    """Everyone who signed as customer, accepted, or holds the role customer."""
    for held in context.project.team.holders("customer", context.now):
        yield held.person, held
    accepted = acceptance(context.project)
    if accepted:
        yield accepted.who, accepted
    yield from ((signoff.person, signoff) for signoff in signed(context) if signoff.role == "customer")


@control(
    "sign-offs-current",
    question="Was every sign-off given on the current evidence, by a person who still holds the role?",
    objective=COMPLIANCE,
    risk="the decision rests on other evidence than the sign-offs",
    warrant="21 CFR 11.70: signatures are bound to their records",
    by=("customer", "operations", "support", "tester", "developer", "product-manager", "program-manager"),
    use=("give-signoff",),
)
def sign_offs_current(context: EvaluationContext) -> Finding:
    review, signoffs = context.review, signed(context)
    if review is None or not signoffs:
        return nothing(context, "there are no sign-offs yet")
    evidence = evidence_digest(evidence_of(context.project, review.gates))
    stale = [signoff for signoff in signoffs if signoff.evidence != evidence]
    if stale:
        return unmet(f"the evidence has changed since these sign-offs: {_signers(stale)}; sign again", *stale)
    ended = [signoff for signoff in signoffs if not _holds(signoff, context)]
    if ended:
        return unmet(f"these signers no longer hold their role: {_signers(ended)}", *ended)
    return met(f"{counted(len(signoffs), 'sign-off')} on the current evidence", *signoffs)


def _signers(signoffs: list[Signoff]) -> str:
    return examples(f"{signoff.person} as {signoff.role}" for signoff in signoffs)


def _holds(signoff: Signoff, context: EvaluationContext) -> bool:
    assignment = context.project.team.assignments.get(signoff.assignment or "")
    return assignment is not None and assignment.holds(context.now)


@control(
    "signers-authenticated",
    question="Was everyone who signed or decided authenticated, in a role that another person granted before?",
    objective=COMPLIANCE,
    risk="the signers can't be identified",
    warrant="21 CFR 11.10(d)(g), 11.200: only authorized and authenticated people sign",
    by=("administrator", "solution-manager"),
    use=("assign-role", "give-signoff"),
)
def signers_authenticated(context: EvaluationContext) -> Finding:
    signoffs = signed(context)
    if context.auth == "unauthenticated":
        return not_applicable("local mode has no authentication, so signers are recorded and not verified", *signoffs)
    if context.auth == "unknown":
        return undetermined("the source does not say how signers were authenticated", *signoffs)
    unsure = [signoff for signoff in signoffs if signoff.auth == "unauthenticated"]
    if unsure:
        return unmet(f"these signers were not authenticated: {_signers(unsure)}", *unsure)
    usurped = [signoff for signoff in signoffs if not _granted_before(signoff, context)]
    if usurped:
        return unmet(
            f"these signers did not hold a role granted before by another person: {_signers(usurped)}", *usurped
        )
    if context.review and context.who and not _may_decide(context.who, context.review, context):
        return unmet(
            f"{context.who} does not hold {' or '.join(context.review.decided_by)} by another person's grant", *signoffs
        )
    return met(
        f"{counted(len(signoffs), 'signer')} and the decider were authenticated, in roles granted by others", *signoffs
    )


def _granted_before(signoff: Signoff, context: EvaluationContext) -> bool:
    assignment = context.project.team.assignments.get(signoff.assignment or "")
    return assignment is not None and _by_others(assignment) and assignment.version < signoff.version


def _may_decide(who: str, review: Review, context: EvaluationContext) -> bool:
    held = [held for held in context.project.team.now(context.now) if held.person == who]
    return any(assignment.role in review.decided_by and _by_others(assignment) for assignment in held)


def _by_others(assignment: Assignment) -> bool:
    """Whether another person granted the assignment; the requester's role has no grantor."""
    return assignment.role == REQUESTER or assignment.granted_by != assignment.person
