"""Controls of signatures: given by whom they should, as who they are, in a role that holds, on what is there now."""

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
    """The newest word of everyone who had to sign in the open review."""
    review = context.review
    return [word for required in review.required if (word := review.given(required))] if review else []


@control(
    "customer-outside-team",
    question="Is whoever signs as customer not of the project team?",
    objective=VALUE,
    risk="the team accepts its own work",
    warrant="MOF 4.0, Deploy SMF: the customer explicitly agrees (mof.md §5.3.4)",
    by=("solution-manager",),
    use=("assign-role", "release-role"),
)
def customer_outside_team(context: EvaluationContext) -> Finding:
    customers = dict(_customers(context))
    if not customers:
        return nothing(context, "nobody speaks as the customer yet")
    inside = {*context.policy.team_roles, ACCOUNTABLE, "architect"}
    team = {held.person: held for held in context.project.team.now(context.now) if held.role in inside}
    both = [person for person in customers if person in team]
    if both:
        records = [record for person in both for record in (customers[person], team[person])]
        roles = [f"{person}, who is {team[person].role}" for person in both]
        return unmet(f"of the project team: {examples(roles)}", *records)
    return met(f"{examples(customers)} speaks as customer and is not of the team", *customers.values())


def _customers(context: EvaluationContext) -> Iterator[tuple[str, Placed]]:
    """Who signed as customer, who accepted, and who may sign as customer."""
    for held in context.project.team.holders("customer", context.now):
        yield held.person, held
    accepted = acceptance(context.project)
    if accepted:
        yield accepted.who, accepted
    yield from ((word.person, word) for word in signed(context) if word.role == "customer")


@control(
    "sign-offs-current",
    question="Was every sign-off given on the evidence as it is now, by someone who still holds the role?",
    objective=COMPLIANCE,
    risk="what was signed is not what is decided",
    warrant="21 CFR 11.70: signatures are bound to their records",
    by=("customer", "operations", "support", "tester", "developer", "product-manager", "program-manager"),
    use=("give-signoff",),
)
def sign_offs_current(context: EvaluationContext) -> Finding:
    review, words = context.review, signed(context)
    if review is None or not words:
        return nothing(context, "nobody has signed yet")
    evidence = evidence_digest(evidence_of(context.project, review.gates))
    stale = [word for word in words if word.evidence != evidence]
    if stale:
        return unmet(f"the evidence has changed since these signed: {_signers(stale)}", *stale)
    ended = [word for word in words if not _holds(word, context)]
    if ended:
        return unmet(f"these no longer hold the role they signed in: {_signers(ended)}", *ended)
    return met(f"{counted(len(words), 'sign-off')} on the evidence as it is now", *words)


def _signers(words: list[Signoff]) -> str:
    return examples(f"{word.person} as {word.role}" for word in words)


def _holds(word: Signoff, context: EvaluationContext) -> bool:
    assignment = context.project.team.assignments.get(word.assignment or "")
    return assignment is not None and assignment.holds(context.now)


@control(
    "signers-authenticated",
    question="Was everyone who signed or decided authenticated, in a role granted before, by someone else?",
    objective=COMPLIANCE,
    risk="nobody can tell who signed",
    warrant="21 CFR 11.10(d)(g), 11.200: only authorized people, made sure of, sign",
    by=("administrator", "solution-manager"),
    use=("assign-role", "give-signoff"),
)
def signers_authenticated(context: EvaluationContext) -> Finding:
    words = signed(context)
    if context.auth == "unauthenticated":
        return not_applicable("nobody can sign in in local mode, so who signs is recorded, not checked", *words)
    if context.auth == "unknown":
        return undetermined("the source doesn't say how it was made sure who signed", *words)
    unsure = [word for word in words if word.auth == "unauthenticated"]
    if unsure:
        return unmet(f"these signed without having signed in: {_signers(unsure)}", *unsure)
    usurped = [word for word in words if not _granted_before(word, context)]
    if usurped:
        return unmet(f"nobody else had granted these the role before they signed: {_signers(usurped)}", *usurped)
    if context.review and context.who and not _may_decide(context.who, context.review, context):
        return unmet(
            f"nobody else has granted {context.who} the role of {' or '.join(context.review.decided_by)}", *words
        )
    return met(f"{counted(len(words), 'signer')} and the decider signed in, in roles that others granted", *words)


def _granted_before(word: Signoff, context: EvaluationContext) -> bool:
    assignment = context.project.team.assignments.get(word.assignment or "")
    return assignment is not None and _by_others(assignment) and assignment.version < word.version


def _may_decide(who: str, review: Review, context: EvaluationContext) -> bool:
    held = [held for held in context.project.team.now(context.now) if held.person == who]
    return any(assignment.role in review.decided_by and _by_others(assignment) for assignment in held)


def _by_others(assignment: Assignment) -> bool:
    """Whether somebody else granted it; that someone asked for the change is no grant."""
    return assignment.role == REQUESTER or assignment.granted_by != assignment.person
