"""Calls of reviews: evidence, required sign-offs, deciders and due date; and their withdrawal."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.controls.evidence import evidence_digest, evidence_of
from domain.envision.stakeholders import StakeholderIdentified
from domain.event import Recorded
from domain.lifecycle import GATES, Column, Gate, SupportingFunction
from domain.policy.policy import GateRule, Policy
from domain.reviews.policy_moves import as_held_now, moved
from domain.reviews.rfc_in_go_review import joined_rule
from domain.reviews.voting_rules import is_body, minimum_of
from domain.state.authority import acting_as
from domain.state.gates import Evidence, Required, Review, Signoff
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Count, Digest, EventId, Key, Moment, Person, Role, Text

MOST_SIGNERS = 200
"""The largest number of required sign-offs: they are stored in one event of at most 65,535 bytes."""


class ReviewCalled(ProjectEvent, kind="review.called/1", function=SupportingFunction.REVIEW):
    """A management review of one gate or several adjacent gates was called on this evidence (MOF).

    `submitted_by` is who submits the evidence, if it is not the caller.
    """

    review: Key
    gates: tuple[Gate, ...]
    attempt: Count
    questions: tuple[Text, ...] = ()
    required: tuple[Required, ...]
    evidence: tuple[Evidence, ...]
    evidence_set_digest: Digest
    decided_by: tuple[Role, ...]
    due: Moment | None = None
    carried_signoffs: tuple[EventId, ...] = ()
    submitted_by: Person | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        gates = project.gates
        known = {s.id: s for review in gates.reviews.values() for s in review.signoffs}
        carried = [known[id_] for id_ in self.carried_signoffs if id_ in known]
        for gate in self.gates:
            gates.attempts[gate] = self.attempt
        gates.reviews[self.review] = Review(
            id=self.review,
            gates=self.gates,
            attempt=self.attempt,
            version=recorded.version,
            called_at=recorded.measured_at,
            called_by=self.submitted_by or recorded.who,
            required=self.required,
            evidence=self.evidence,
            decided_by=self.decided_by,
            due=self.due,
            column=project.column,
            signoffs=[replace(signoff, carried=True, evidence=self.evidence_set_digest) for signoff in carried],
        )


class ReviewWithdrawn(ProjectEvent, kind="review.withdrawn/1", function=SupportingFunction.REVIEW):
    """A review was withdrawn without a decision."""

    review: Key

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.gates.reviews[self.review].outcome = "withdrawn"


class CallReview(ProjectCommand, function=SupportingFunction.REVIEW):
    """Call a review of one or several adjacent gates. Evidence, signers and deciders follow from the policy."""

    review: Key
    gates: Annotated[tuple[Gate, ...], Field(min_length=1)]
    questions: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    due: Moment | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        may_be_called(state, self.review, self.gates)
        if newer := context.rulebook.moves_open(context.policy.label):
            reason = f"{newer.label} applies to open projects from their next gate on"
            yield DecidedEvent(moved(state, newer, context, reason), context.role)
            context = as_held_now(state, context)
        yield DecidedEvent(self._called(state, context), context.role)

    def _called(self, state: Project, context: CommandContext) -> ReviewCalled:
        rules = review_rules(state, self.gates, context)
        _may_be_decided_together(self.gates, state.column, context.policy)
        evidence = evidence_of(state, self.gates)
        return ReviewCalled(
            review=self.review,
            gates=self.gates,
            attempt=1 + max(state.gates.attempts.get(gate, 0) for gate in self.gates),
            questions=self.questions,
            required=required_by(state, rules, context),
            evidence=evidence,
            evidence_set_digest=evidence_digest(evidence),
            decided_by=gate_rules(state, self.gates, context)[-1].decided_by,
            due=self.due,
            carried_signoffs=tuple(s.id for s in carried(state, self.gates, evidence, context)),
            reason=self.reason,
        )


class WithdrawReview(ProjectCommand, function=SupportingFunction.REVIEW):
    """Withdraw a review before it is decided. Only its caller or a decider may do it."""

    review: Key
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        review = open_review(state, self.review)
        role = context.role
        if context.who != review.called_by:
            what = f"withdraw a review that {review.called_by} called"
            role = acting_as(state, context, review.decided_by, what)
        yield DecidedEvent(ReviewWithdrawn(review=self.review, reason=self.reason), role)


def may_be_called(project: Project, review: str, gates: tuple[Gate, ...]) -> None:
    """Raise `Rejected` if this review can't be called now."""
    at_work(project)
    if review in project.gates.reviews:
        raise Rejected(f"review: the id {review} is already used; choose another id")
    first = GATES.index(gates[0])
    if gates != GATES[first : first + len(gates)]:
        raise Rejected(f"gates: the gates of one review must be adjacent and in this order: {', '.join(GATES)}")
    for gate in gates:
        passed = project.gates.passed(gate)
        if passed and passed.stands(project.column):
            raise Rejected(f"gates: {gate} is already passed")
        if other := project.gates.open_review(gate):
            raise Rejected(f"gates: review {other.id} of {gate} is open; decide or withdraw it first")


def _may_be_decided_together(gates: tuple[Gate, ...], column: Column, policy: Policy) -> None:
    if not policy.may_decide_together(gates, column):
        joint = [f", or {' + '.join(rule.gates)} together" for rule in policy.joint_reviews if rule.column == column]
        raise Rejected(f"gates: a review of a {column} change can decide one gate{''.join(joint)}")


def at_work(project: Project) -> None:
    """Raise `Rejected` unless the project is proposed, and neither on hold nor cancelled."""
    if not project.entry.proposed:
        raise Rejected("there is no project with this key; propose it first (propose-project)")
    if project.entry.cancelled:
        raise Rejected(
            "the project is cancelled; no command is possible except for incidents, benefits, costs and corrections"
        )
    if project.entry.held_since:
        raise Rejected(
            f"the project is on hold since {project.entry.held_since:%Y-%m-%d}; resume it first (resume-project)"
        )


def gate_rules(project: Project, gates: Iterable[Gate], context: CommandContext) -> list[GateRule]:
    """The policy's rules for these gates in the project's column. Raises `Rejected` if one needs no review."""
    rules: list[GateRule] = []
    for gate in gates:
        rule = context.policy.gate(gate, project.column)
        if rule is None or rule.mode == "standing":
            raise Rejected(f"gates: {project.column} changes pass {gate} by standing approval; no review is needed")
        rules.append(rule)
    return rules


def review_rules(project: Project, gates: tuple[Gate, ...], context: CommandContext) -> list[GateRule]:
    """The rules of these gates, and of the request for change if their review also decides it."""
    joined = joined_rule(project, gates, context)
    return gate_rules(project, gates, context) + ([joined] if joined else [])


def required_by(project: Project, rules: Iterable[GateRule], context: CommandContext) -> tuple[Required, ...]:
    """The sign-offs that these rules require, each once. Raises `Rejected` if they are too many for one review."""
    found: dict[tuple[str, str | None, str | None], Required] = {}
    for rule in rules:
        for wording in rule.required:
            for required in _resolved(project, rule, wording, context):
                found.setdefault((required.role, required.party, required.seat), required)
    if len(found) > MOST_SIGNERS:
        raise Rejected(
            f"gates: {len(found)} sign-offs would be required, the limit is {MOST_SIGNERS}; "
            "identify units instead of people "
            "as stakeholders, or release members of the body"
        )
    return tuple(found.values())


def _resolved(project: Project, rule: GateRule, wording: str, context: CommandContext) -> Iterator[Required]:
    assigned = {assignment.role for assignment in project.team.now(context.now)}
    if wording == "team:*":
        yield from (Required(role=role, rule=wording) for role in context.policy.team_roles if role in assigned)
    elif wording == "stakeholder:*":
        for party, known in project.facts.parts(StakeholderIdentified).items():
            if rule.gate in known.event.required_at and known.event.stake != "customer":
                yield Required(role="stakeholder", party=party, rule=wording)
    elif wording.endswith("?"):
        yield from (Required(role=role, rule=wording) for role in (wording[:-1],) if role in assigned)
    elif is_body(wording):
        yield from _members(project, wording, context)
    else:
        choice = wording.split("|")
        role = next((role for role in choice if role in assigned), choice[0])
        several = minimum_of(project, rule) if len(rule.required) == 1 else 1
        for seat in (None, *range(2, several + 1)):
            yield Required(role=role, seat=str(seat) if seat else None, rule=wording)


def _members(project: Project, wording: str, context: CommandContext) -> Iterator[Required]:
    """A seat for each member of a body, without deputies; one vacant seat if the body has no members."""
    role = wording.removesuffix(":*")
    sitting = project.team.members(role, context.now)
    for person in sitting:
        yield Required(role=role, seat=person, rule=wording)
    if not sitting:
        yield Required(role=role, rule=wording)


def carried(
    project: Project, gates: tuple[Gate, ...], evidence: tuple[Evidence, ...], context: CommandContext
) -> Iterator[Signoff]:
    """The sign-offs for go of the previous attempt that are still current: same evidence, role still held.

    None if its decision was reversed: they must be given again. None of those who decide by signing, since otherwise
    no sign-off would be left to decide the review.
    """
    earlier = [review for review in project.gates.reviews.values() if review.gates == gates and review.outcome]
    last = earlier[-1] if earlier else None
    if last is None or any(d.reversed for d in project.gates.decisions.values() if d.review == last.id):
        return
    deciding = deciders_who_sign(project, gates, context)
    for signoff in (signoff for required in last.required if (signoff := last.signoff_for(required))):
        assignment = project.team.assignments.get(signoff.assignment or "")
        holds = assignment is not None and assignment.holds(context.now)
        same = evidence_digest(evidence, signoff.role) == signoff.own or evidence_digest(evidence) == signoff.evidence
        if signoff.verdict == "go" and holds and same and signoff.role not in deciding:
            yield signoff


def deciders_who_sign(project: Project, gates: tuple[Gate, ...], context: CommandContext) -> tuple[str, ...]:
    """The roles that decide a review of these gates by their sign-off, where the mode is `last-signoff`."""
    rules = review_rules(project, gates, context)
    by_act = any(rule.mode != "last-signoff" for rule in rules)
    return () if by_act else gate_rules(project, gates, context)[-1].decided_by


def open_review(project: Project, review: str) -> Review:
    """The open review of this id. Raises `Rejected` if there is none."""
    at_work(project)
    found = project.gates.reviews.get(review)
    if found is None:
        known = ", ".join(r.id for r in project.gates.reviews.values() if r.open) or "none"
        raise Rejected(f"review: this project has no review {review}; open reviews: {known}")
    if not found.open:
        raise Rejected(f"review: {review} is closed with the outcome {found.outcome}; call a new review")
    return found


def must_fit(project: Project, review: Review) -> None:
    """Raise `Rejected` if a review was called in another column, with other rules and sign-offs."""
    if review.column not in (None, project.column):
        raise Rejected(
            f"review {review.id} was called for a {review.column} change, which is now {project.column}; "
            "withdraw it and "
            "call it again"
        )
