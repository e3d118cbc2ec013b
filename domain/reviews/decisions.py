"""Decisions: a gate is passed when its controls are met and sign-offs given; else it is refused with reasons."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Refused, Rejected, in_role
from domain.controls.control import EvaluationContext
from domain.controls.evaluation import Result, digest_of, digest_of_results, evaluate
from domain.controls.evidence import evidence_digest, evidence_of
from domain.event import Recorded
from domain.lifecycle import Act, Gate, Point, SupportingFunction
from domain.reviews.milestone_grants import granted
from domain.reviews.outcomes import consequences
from domain.reviews.review_call import must_fit, open_review, review_rules
from domain.reviews.rfc_in_go_review import decides_rfc, rfc_approved_with
from domain.reviews.voting_rules import Tally, logic_holds, tally_of
from domain.state.authority import acting_as
from domain.state.gates import Condition, Decision, Deferral, Milestone, Review
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Count, Digest, Document, Fact, Key, Moment, Name, Person, Text, Version

Outcome = Literal["approved", "approved-with-conditions", "returned-for-rework", "deferred", "rejected-and-cancelled"]
APPROVALS = ("approved", "approved-with-conditions")


class ConditionSet(Fact):
    """A condition of an approval: a text, an owner and a due date."""

    id: Key
    text: Text
    owner: Person
    due: Moment
    blocks_gate: Gate | None = None


class ReviewRefused(ProjectEvent, kind="review.refused/1", function=SupportingFunction.REVIEW):
    """An approval was refused because of unmet controls, with all results."""

    review: Key
    gates: tuple[Gate, ...]
    results: tuple[Result, ...]
    results_digest: Digest

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.gates.reviews[self.review].refused = gist(self.results)


class ReviewDecided(ProjectEvent, kind="review.decided/1", function=SupportingFunction.REVIEW):
    """A review was decided, with the tally, the results and the exact state it rests on (MOF; CMMI PMC SP 1.7).

    `state_digest` is SHA-256 of the stream's stored lines up to version `seen`.
    """

    review: Key
    gates: tuple[Gate, ...]
    attempt: Count
    outcome: Outcome
    tally: Tally
    results: tuple[Result, ...] = ()
    results_digest: Digest
    seen: Version
    state_digest: Digest
    evidence_set_digest: Digest
    policy: Name
    conditions: tuple[ConditionSet, ...] = ()
    valid_until: Moment | None = None
    minutes: Document | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        approved = self.outcome in APPROVALS
        gates = project.gates
        gates.reviews[self.review].outcome = self.outcome
        gates.decisions[recorded.id] = Decision(
            id=recorded.id,
            review=self.review,
            gates=self.gates,
            version=recorded.version,
            at=recorded.measured_at,
            by=recorded.who,
            rests_on=frozenset(version for result in self.results for version in result.rests_on),
            attempt=self.attempt,
            approved=approved,
            command=recorded.command,
        )
        if approved:
            self._open(project, recorded)

    def _open(self, project: Project, recorded: Recorded) -> None:
        gates, at = project.gates, recorded.measured_at
        for result in self.results:
            if result.due:
                gates.deferrals.append(Deferral(result.control, Gate(result.at), result.due, recorded.version))
        for c in self.conditions:
            gates.conditions[c.id] = Condition(c.id, str(c.text), c.owner, c.due, c.blocks_gate, recorded.version)
        if Gate.PORTFOLIO in self.gates:
            version, command = recorded.version, recorded.command
            gates.portfolio = Milestone(Gate.PORTFOLIO, version, at, "reviewed", recorded.id, command=command)


class Seen(Fact):
    """The state that the decider has read, as `why` returned it; a digest left out is not compared."""

    version: Version
    results_digest: Digest | None = None
    evidence_set_digest: Digest | None = None
    policy: Name | None = None


class DecideReview(ProjectCommand, function=SupportingFunction.REVIEW):
    """Decide an open review. An approval is refused, with every reason, while a blocking control is unmet.

    With `seen`, it is rejected if a result, the evidence or the policy has changed since. `overrides` overrides a
    no-go where the policy allows it; it needs a reason, and so does an approval while a control warns.
    """

    review: Key
    outcome: Outcome = "approved"
    conditions: Annotated[tuple[ConditionSet, ...], Field(max_length=20)] = ()
    overrides: bool = False
    seen: Seen | None = None
    minutes: Document | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        review = open_review(state, self.review)
        role = acting_as(state, context, review.decided_by, f"decide review {review.id}")
        if self.outcome in APPROVALS:
            must_fit(state, review)
            results = results_at(state, review, context)
            self._looked_at(state, review, results, context)
            self._allowed(state, review, context)
            if any(result.blocks for result in results):
                raise refusal(review, results, role)
            yield from in_role(role, approved(state, review, context, self, results))
        else:
            if self.reason is None:
                raise Rejected(f"reason: the outcome {self.outcome} needs a reason")
            yield DecidedEvent(decision(state, review, context, self, ()), role)
            yield from in_role(role, consequences(state, review, self.outcome))

    def _looked_at(self, state: Project, review: Review, results: tuple[Result, ...], c: CommandContext) -> None:
        if self.seen is None:
            return
        now = {
            "results_digest": digest_of_results(results),
            "evidence_set_digest": evidence_digest(evidence_of(state, review.gates)),
            "policy": c.policy.label,
        }
        changed = [name for name, value in now.items() if getattr(self.seen, name) not in (None, value)]
        if changed:
            what = ", ".join(name.removesuffix("_digest").replace("_", " ") for name in changed)
            raise Rejected(
                f"seen: changed since version {self.seen.version}: {what}; "
                "read the current state (why) and decide again"
            )

    def _allowed(self, state: Project, review: Review, context: CommandContext) -> None:
        if self.overrides and self.reason is None:
            raise Rejected("reason: overriding a no-go needs a reason")
        longest = context.policy.times_of(state.column).condition_days
        _must_be_new(state, self.conditions)
        for condition in self.conditions:
            if longest is not None and condition.due > context.now + timedelta(days=longest):
                raise Rejected(
                    f"conditions: {condition.id} is due later than {longest} days from now, "
                    "the policy's limit; give an earlier date"
                )
        if (self.outcome == "approved") == bool(self.conditions):
            raise Rejected(
                "conditions: the outcome approved-with-conditions needs at least one condition, "
                "and approved allows none"
            )
        for rule in review_rules(state, review.gates, context):
            logic_holds(state, review, rule, self.overrides)


def _must_be_new(project: Project, conditions: tuple[ConditionSet, ...]) -> None:
    """Raise `Rejected` if a condition has the id of another."""
    ids = [condition.id for condition in conditions]
    for id_ in ids:
        if id_ in project.gates.conditions or ids.count(id_) > 1:
            raise Rejected(f"conditions: the id {id_} is already used; give each condition its own id")


def results_at(project: Project, review: Review, context: CommandContext) -> tuple[Result, ...]:
    """The results of all controls at a review's gates; each gate is evaluated as if the earlier ones were passed."""
    contexts = (evaluation_context_at(project, gate, context, review) for gate in review.gates)
    return tuple(result for at_gate in contexts for result in evaluate(at_gate))


def evaluation_context_at(
    project: Project, gate: Gate, context: CommandContext, review: Review | None
) -> EvaluationContext:
    """The evaluation context of the controls at a gate for this person now."""
    c = context
    assumed: set[Point] = set(review.gates[: review.gates.index(gate)]) if review else set()
    if review and decides_rfc(project, review.gates, c):
        assumed.add(Act.RFC)
    return EvaluationContext(project, c.policy, c.rulebook, gate, c.now, c.who, frozenset(assumed), c.auth)


def refusal(review: Review, results: tuple[Result, ...], role: str) -> Refused:
    """The refusal of an approval, as an exception that carries its event."""
    blocking = [result for result in results if result.blocks]
    first = "; ".join(f"{result.control}: {result.sentence}" for result in blocking[:3])
    more = f"; and {len(blocking) - 3} more" if len(blocking) > 3 else ""
    sentence = f"{' and '.join(review.gates)} not passed: {first}{more}"
    return Refused(sentence, refused(review, results), role, repeated=repeats_refusal(review, results))


def refused(review: Review, results: tuple[Result, ...]) -> ReviewRefused:
    """The event of a refusal."""
    digest = digest_of_results(results)
    return ReviewRefused(review=review.id, gates=review.gates, results=results, results_digest=digest)


def repeats_refusal(review: Review, results: tuple[Result, ...]) -> bool:
    """Whether the review was last refused with the same results."""
    return review.refused == gist(results)


def approved(
    project: Project, review: Review, context: CommandContext, asked: DecideReview, results: tuple[Result, ...]
) -> Iterator[ProjectEvent]:
    """An approval: the decision, then the milestone of each gate, in one transaction."""
    warned = [result for result in results if result.warns]
    if warned and asked.reason is None:
        named = "; ".join(f"{result.control}: {result.sentence}" for result in warned[:3])
        raise Rejected(f"reason: {len(warned)} controls warn; give the reason for approving nevertheless ({named})")
    made = decision(project, review, context, asked, results)
    yield from rfc_approved_with(project, review.gates, context)
    yield made
    decided = next(d for d in reversed(project.gates.decisions.values()) if d.review == review.id)
    yield from granted(project, review, decided, made.valid_until)


def decision(
    project: Project, review: Review, context: CommandContext, asked: DecideReview, results: tuple[Result, ...]
) -> ReviewDecided:
    rule = context.policy.gate(review.gates[-1], project.column)
    hours = rule.expires_hours if rule else None
    approves = asked.outcome in APPROVALS
    return ReviewDecided(
        review=review.id,
        gates=review.gates,
        attempt=review.attempt,
        outcome=asked.outcome,
        tally=tally_of(review),
        results=results,
        results_digest=digest_of_results(results),
        seen=project.version,
        state_digest=project.digest,
        evidence_set_digest=evidence_digest(evidence_of(project, review.gates)),
        policy=context.policy.label,
        conditions=asked.conditions,
        valid_until=context.now + timedelta(hours=hours) if approves and hours is not None else None,
        minutes=asked.minutes,
        reason=asked.reason,
    )


def gist(results: tuple[Result, ...]) -> str:
    """A digest that is equal for two refusals with the same controls and results."""
    return digest_of(f"{result.at} {result.control} {result.result}" for result in results)
