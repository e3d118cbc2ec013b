"""Controls of separation of duties: nobody decides, approves or tests their own work or holds conflicting roles."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from domain.build.builds import BuildRecorded
from domain.build.completion import FeatureCompleted
from domain.build.documents import DocumentRecorded
from domain.controls.control import EvaluationContext, Finding, Placed, control, met, not_applicable, nothing, unmet
from domain.controls.objectives import COMPLIANCE, QUALITY, STABILITY
from domain.controls.signatures import signed
from domain.controls.wording import counted, examples
from domain.deploy.deployments import attempts
from domain.event import Recorded
from domain.lifecycle import Act, Gate
from domain.planning.rfc import RfcScheduled, RfcSubmitted
from domain.planning.rfc_decision import RfcDecided
from domain.portfolio.proposal import REQUESTER, ProjectProposed
from domain.state.project import Project, ProjectFact
from domain.state.team import Assignment

NOT_EVIDENCE = (RfcScheduled,)
"""Kinds of fact that the change's authority records itself, which are not prepared evidence."""


@control(
    "decider-independent",
    question="Is the decider neither the caller of the review nor a preparer of its evidence?",
    objective=COMPLIANCE,
    risk="people approve their own work",
    warrant="MOF 4.0, GRC SMF: segregation of duties (mof.md §5.3.1)",
    by=("solution-manager", "change-manager"),
    use=("decide-review",),
)
def decider_independent(context: EvaluationContext) -> Finding:
    who, review = context.who, context.review
    if who is None:
        return not_applicable(
            "no decider is known yet; the decider must not have called the review or prepared its evidence"
        )
    if review and review.called_by == who:
        return unmet(f"{who} called review {review.id}; another person must decide it", review)
    own = [record for record in _evidence(context) if who in _preparers(record)]
    if own:
        kinds = examples(sorted({record.event.kind.partition("/")[0] for record in own}))
        return unmet(
            f"{who} prepared {counted(len(own), 'piece')} of the evidence ({kinds}); "
            "another person must decide the review",
            *own,
        )
    since = _accepts_since(context)
    corrected = [kind.kind.partition("/")[0] for kind, by in _corrected(context) if by.get(who, 0) > since]
    if corrected:
        return unmet(
            f"{who} corrected some of the evidence ({examples(sorted(corrected))}); "
            "another person must decide the review"
        )
    return met(f"{who} neither called the review nor prepared its evidence", *([review] if review else []))


def _evidence(context: EvaluationContext) -> Iterator[Recorded]:
    """The evidence of a gate; for an accepting requester, only what is newer than the last gate."""
    facts, since = context.project.facts, _accepts_since(context)
    for kind in _looked_at(context):
        yield from (record for record in facts.parts(kind).values() if record.version > since)


def _looked_at(context: EvaluationContext) -> list[type[ProjectFact]]:
    kinds = [kind for kind in context.project.facts.kinds() if issubclass(kind, ProjectFact)]
    return [kind for kind in kinds if context.point in kind.evidence_for and kind not in NOT_EVIDENCE]


def _corrected(context: EvaluationContext) -> Iterator[tuple[type[ProjectFact], dict[str, int]]]:
    """Who corrected or retracted evidence of a gate, which counts as preparing it."""
    return ((kind, context.project.facts.correctors(kind)) for kind in _looked_at(context))


def _accepts_since(context: EvaluationContext) -> int:
    rule = context.policy.gate(context.point, context.column) if isinstance(context.point, Gate) else None
    accepts = rule is not None and REQUESTER in rule.decided_by and context.who == context.project.entry.requester
    return context.last_gate if accepts else 0


def _preparers(record: Recorded) -> set[str]:
    prepared_by = record.event.prepared_by if isinstance(record.event, DocumentRecorded) else None
    return {record.who, prepared_by or record.who}


@control(
    "implementer-not-approver",
    question="Was the change approved only by people who neither requested, build nor deploy it?",
    objective=STABILITY,
    risk="a change is made without authorization",
    warrant="MOF 4.0, Change and Configuration SMF, step 3: who initiates doesn't approve (mof.md §5.3.5)",
    by=("change-manager", "cab", "emergency-committee"),
    use=("decide-rfc", "decide-review"),
)
def implementer_not_approver(context: EvaluationContext) -> Finding:
    approvers = dict(_approvers(context))
    if not approvers:
        return not_applicable("the change has no approval yet")
    doing = dict(_implementers(context.project))
    both = [f"{person}, who {doing[person]}" for person in approvers if person in doing]
    records = [record for record in approvers.values() if record]
    if both:
        return unmet(f"approved by {examples(both)}", *records)
    return met(f"approved by {examples(list(approvers))}, who neither requested nor implement it", *records)


def _approvers(context: EvaluationContext) -> Iterator[tuple[str, Placed | None]]:
    """The person who approves now (if this is a permission) and earlier approvers, with their records."""
    if context.who and context.point is not Act.DEPLOYMENT:
        yield context.who, None
    facts = context.project.facts
    request = facts.newest(RfcSubmitted)
    for decided in facts.parts(RfcDecided).values():
        if request and decided.event.rfc == request.event.rfc and decided.event.outcome == "approved":
            yield decided.who, decided
    for decision in context.project.gates.decisions.values():
        if Gate.RELEASE_READY in decision.gates and decision.approved and not decision.reversed:
            yield decision.by, decision


def _implementers(project: Project) -> Iterator[tuple[str, str]]:
    """Everyone who requested, builds or deploys the change, and how."""
    for kind in (FeatureCompleted, BuildRecorded):
        yield from ((record.who, "builds it") for record in project.facts.parts(kind).values())
    yield from ((held.person, "is its developer") for held in _held(project, "developer"))
    for attempt in attempts(project):
        yield attempt.deployer, "deploys it"
    requests = project.facts.parts(RfcSubmitted).values()
    proposed = project.facts.latest(ProjectProposed)
    asking = {project.entry.requester, *(r.who for r in requests), *(r.event.initiator for r in requests)}
    asking.add(proposed.who if proposed else None)
    yield from ((who, "requested it") for who in asking if who)


def _held(project: Project, role: str) -> list[Assignment]:
    """All assignments to a role in this project, ended ones included."""
    return [assignment for assignment in project.team.assignments.values() if assignment.role == role]


@control(
    "developer-not-tester",
    question="Is every tester who signed not a developer of this release?",
    objective=QUALITY,
    risk="developers test their own work",
    warrant="MSF Team Model: development and test are never combined (mof.md §5.2)",
    by=("tester",),
    use=("give-signoff", "assign-role"),
)
def developer_not_tester(context: EvaluationContext) -> Finding:
    signoffs = [
        signoff for signoff in signed(context) if signoff.role in ("tester", "peer") and signoff.verdict == "go"
    ]
    if not signoffs:
        return nothing(context, "no tester has signed yet")
    developers: dict[str, Placed] = {held.person: held for held in _held(context.project, "developer")}
    for record in context.project.facts.parts(FeatureCompleted).values():
        developers.setdefault(record.who, record)
    both = [signoff for signoff in signoffs if signoff.person in developers]
    if both:
        people = examples(sorted({signoff.person for signoff in both}))
        return unmet(
            f"{people} signed as tester but developed a part of the release",
            *both,
            *(developers[signoff.person] for signoff in both),
        )
    return met(
        f"{examples([signoff.person for signoff in signoffs])} signed as tester and developed no part of the release",
        *signoffs,
    )


@control(
    "roles-compatible",
    question="Does nobody hold two roles that the policy marks as not recommended?",
    objective=COMPLIANCE,
    risk="one person represents conflicting interests",
    warrant="MSF Team Model, combination of roles (mof.md §5.2)",
    by=("solution-manager",),
    use=("assign-role", "release-role"),
)
def roles_compatible(context: EvaluationContext) -> Finding:
    held = [assignment for assignment in context.project.team.now(context.now) if assignment.role != REQUESTER]
    if not held:
        return nothing(context, "no role is assigned yet")
    people: dict[str, dict[str, Assignment]] = {}
    for assignment in held:
        people.setdefault(assignment.person, {})[assignment.role] = assignment
    found = [pair for person, roles in people.items() for pair in _pairs(person, roles, context)]
    clashing = [pair for pair in found if pair.verdict == "N"]
    if clashing:
        records = [record for pair in clashing for record in pair.records]
        return unmet(f"not recommended: {examples([pair.sentence for pair in clashing])}", *records)
    unlikely = f"; unlikely: {examples([pair.sentence for pair in found])}" if found else ""
    return met(f"nobody holds conflicting roles{unlikely}", *held)


@dataclass(frozen=True)
class Pair:
    """Two conflicting roles of one person."""

    verdict: str
    sentence: str
    records: tuple[Assignment, Assignment]


def _pairs(person: str, roles: dict[str, Assignment], context: EvaluationContext) -> Iterator[Pair]:
    for one, other in combinations(sorted(roles), 2):
        verdict = context.policy.combination(one, other)
        if verdict:
            yield Pair(verdict, f"{person} as {one} and {other}", (roles[one], roles[other]))
