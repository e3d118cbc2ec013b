"""Controls of duties: nobody decides, approves or tests their own work, nobody speaks for two opposed interests."""

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
"""What the change's authority says itself is no evidence that was prepared for it."""


@control(
    "decider-independent",
    question="Is the decider neither submitter nor preparer of the evidence?",
    objective=COMPLIANCE,
    risk="people approve their own work",
    warrant="MOF 4.0, GRC SMF: segregation of duties (mof.md §5.3.1)",
    by=("solution-manager", "change-manager"),
    use=("decide-review",),
)
def decider_independent(context: EvaluationContext) -> Finding:
    who, review = context.who, context.review
    if who is None:
        return not_applicable("nobody asks to decide yet; who does may have neither called the review nor fed it")
    if review and review.called_by == who:
        return unmet(f"{who} called the review {review.id}, so somebody else decides it", review)
    own = [record for record in _evidence(context) if who in _preparers(record)]
    if own:
        kinds = examples(sorted({record.event.kind.partition("/")[0] for record in own}))
        return unmet(f"{who} prepared {counted(len(own), 'piece')} of the evidence ({kinds})", *own)
    since = _accepts_since(context)
    corrected = [kind.kind.partition("/")[0] for kind, by in _corrected(context) if by.get(who, 0) > since]
    if corrected:
        return unmet(f"{who} corrected some of the evidence ({examples(sorted(corrected))})")
    return met(f"{who} neither called the review nor prepared its evidence", *([review] if review else []))


def _evidence(context: EvaluationContext) -> Iterator[Recorded]:
    """What a gate looks at; for a requester who accepts, what came since the last gate: the rest others decided on."""
    facts, since = context.project.facts, _accepts_since(context)
    for kind in _looked_at(context):
        yield from (record for record in facts.parts(kind).values() if record.version > since)


def _looked_at(context: EvaluationContext) -> list[type[ProjectFact]]:
    kinds = [kind for kind in context.project.facts.kinds() if issubclass(kind, ProjectFact)]
    return [kind for kind in kinds if context.point in kind.evidence_for and kind not in NOT_EVIDENCE]


def _corrected(context: EvaluationContext) -> Iterator[tuple[type[ProjectFact], dict[str, int]]]:
    """Who corrected or took back what a gate looks at, which is preparing it as well."""
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
    question="Did nobody approve a change that they ask for, build or deploy?",
    objective=STABILITY,
    risk="a change is made without authority",
    warrant="MOF 4.0, Change and Configuration SMF, step 3: who initiates doesn't approve (mof.md §5.3.5)",
    by=("change-manager", "cab", "emergency-committee"),
    use=("decide-rfc", "decide-review"),
)
def implementer_not_approver(context: EvaluationContext) -> Finding:
    approvers = dict(_approvers(context))
    if not approvers:
        return not_applicable("nobody has approved the change, or asks to")
    doing = dict(_implementers(context.project))
    both = [f"{person}, who {doing[person]}" for person in approvers if person in doing]
    records = [record for record in approvers.values() if record]
    if both:
        return unmet(f"approved by {examples(both)}", *records)
    return met(f"approved by {examples(list(approvers))}, who neither asked for it nor implement it", *records)


def _approvers(context: EvaluationContext) -> Iterator[tuple[str, Placed | None]]:
    """Who approves now, where that is a permission, and who approved before, with the record that says so."""
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
    """Everyone who asks for the change, builds or deploys it, and how."""
    for kind in (FeatureCompleted, BuildRecorded):
        yield from ((record.who, "builds it") for record in project.facts.parts(kind).values())
    yield from ((held.person, "is its developer") for held in _held(project, "developer"))
    for attempt in attempts(project):
        yield attempt.deployer, "deploys it"
    requests = project.facts.parts(RfcSubmitted).values()
    proposed = project.facts.latest(ProjectProposed)
    asking = {project.entry.requester, *(r.who for r in requests), *(r.event.initiator for r in requests)}
    asking.add(proposed.who if proposed else None)
    yield from ((who, "asks for it") for who in asking if who)


def _held(project: Project, role: str) -> list[Assignment]:
    """All who ever held a role in this project."""
    return [assignment for assignment in project.team.assignments.values() if assignment.role == role]


@control(
    "developer-not-tester",
    question="Did no developer of this release sign as tester?",
    objective=QUALITY,
    risk="builders judge their own work",
    warrant="MSF Team Model: development and test are never combined (mof.md §5.2)",
    by=("tester",),
    use=("give-signoff", "assign-role"),
)
def developer_not_tester(context: EvaluationContext) -> Finding:
    words = [word for word in signed(context) if word.role in ("tester", "peer") and word.verdict == "go"]
    if not words:
        return nothing(context, "nobody has signed as tester yet")
    developers: dict[str, Placed] = {held.person: held for held in _held(context.project, "developer")}
    for record in context.project.facts.parts(FeatureCompleted).values():
        developers.setdefault(record.who, record)
    both = [word for word in words if word.person in developers]
    if both:
        people = examples(sorted({word.person for word in both}))
        return unmet(f"{people} signed as tester and developed it", *both, *(developers[word.person] for word in both))
    return met(f"{examples([word.person for word in words])} signed as tester and developed none of it", *words)


@control(
    "roles-compatible",
    question="Does nobody hold two roles that the matrix marks as not recommended?",
    objective=COMPLIANCE,
    risk="one person speaks for two opposed interests",
    warrant="MSF Team Model, combination of roles (mof.md §5.2)",
    by=("solution-manager",),
    use=("assign-role", "release-role"),
)
def roles_compatible(context: EvaluationContext) -> Finding:
    held = [assignment for assignment in context.project.team.now(context.now) if assignment.role != REQUESTER]
    if not held:
        return nothing(context, "nobody was given a role yet")
    people: dict[str, dict[str, Assignment]] = {}
    for assignment in held:
        people.setdefault(assignment.person, {})[assignment.role] = assignment
    found = [pair for person, roles in people.items() for pair in _pairs(person, roles, context)]
    clashing = [pair for pair in found if pair.verdict == "N"]
    if clashing:
        records = [record for pair in clashing for record in pair.records]
        return unmet(f"not recommended: {examples([pair.sentence for pair in clashing])}", *records)
    unlikely = f"; unlikely: {examples([pair.sentence for pair in found])}" if found else ""
    return met(f"nobody holds two opposed roles{unlikely}", *held)


@dataclass(frozen=True)
class Pair:
    """Two roles of one person that speak against each other."""

    verdict: str
    sentence: str
    records: tuple[Assignment, Assignment]


def _pairs(person: str, roles: dict[str, Assignment], context: EvaluationContext) -> Iterator[Pair]:
    for one, other in combinations(sorted(roles), 2):
        verdict = context.policy.combination(one, other)
        if verdict:
            yield Pair(verdict, f"{person} as {one} and {other}", (roles[one], roles[other]))
