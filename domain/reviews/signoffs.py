"""Sign-offs: go or no-go by one person in a granted role, with a meaning, on specific evidence."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected, in_role
from domain.controls.evaluation import digest_of
from domain.controls.evidence import evidence_digest, evidence_of
from domain.event import Recorded
from domain.lifecycle import Gate, SupportingFunction
from domain.policy.policy import STRICT, GateRule
from domain.reviews.decisions import DecideReview, approved, decision, refused, repeats_refusal, results_at
from domain.reviews.outcomes import consequences
from domain.reviews.review_call import must_fit, open_review, review_rules
from domain.reviews.voting_rules import against, is_body, logic_holds, waiting_for
from domain.state.gates import Evidence, Required, Review, Signoff
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Digest, EventId, Fact, Key, Person, Role, Text

Verdict = Literal["go", "no-go", "abstain", "recused", "withdrawn"]
Meaning = Literal["authorship", "review", "approval", "responsibility", "acceptance"]


class Answered(Fact):
    """A question of the review and the signer's answer."""

    question: Text
    answer: Text


class SignoffGiven(ProjectEvent, kind="signoff.given/1", function=SupportingFunction.REVIEW):
    """A person signed: role, verdict, meaning, statement and evidence (21 CFR 11.50, 11.70).

    `seat` identifies the place in a body, or one of several places of a role.
    `evidence_set_digest` is over all evidence of the review, `own_evidence_digest` over that of the role.
    In an imported history, `gate` and `person` replace the review: the gate that was signed and the signer.
    """

    review: Key | None = None
    gate: Gate | None = None
    person: Person | None = None
    role: Role
    party: Key | None = None
    seat: Key | None = None
    verdict: Verdict
    meaning: Meaning
    statement: Text
    answers: tuple[Answered, ...] = ()
    evidence_set_digest: Digest
    own_evidence_digest: Digest | None = None
    assignment: EventId | None = None
    key: Key | None = None
    second_component: bool = False

    def evolve(self, project: Project, recorded: Recorded) -> None:
        gates = project.gates
        signoffs = gates.reviews[self.review].signoffs if self.review else gates.signed.setdefault(self.gate, [])
        signoffs.append(
            Signoff(
                id=recorded.id,
                version=recorded.version,
                role=self.role,
                party=self.party,
                seat=self.seat,
                person=self.person or recorded.who,
                verdict=self.verdict,
                meaning=self.meaning,
                assignment=self.assignment,
                evidence=self.evidence_set_digest,
                auth=recorded.auth,
                at=recorded.measured_at,
                answers=digest_of(answer.model_dump_json() for answer in self.answers),
                own=self.own_evidence_digest,
            )
        )


class GiveSignoff(ProjectCommand, function=SupportingFunction.REVIEW):
    """Sign an open review, in a role that it requires and that you hold.

    With `seen_evidence`, it is rejected if the evidence has changed since. If the policy's mode is `last-signoff`,
    the last sign-off also decides the review; a decider may repeat their sign-off for that.
    """

    review: Key
    role: Role | None = None
    party: Key | None = None
    verdict: Verdict = "go"
    meaning: Meaning = "approval"
    answers: Annotated[tuple[Answered, ...], Field(max_length=20)] = ()
    seen_evidence: Digest | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        review = open_review(state, self.review)
        must_fit(state, review)
        required = self._required(state, review, context)
        evidence = evidence_of(state, review.gates)
        if self.seen_evidence not in (None, evidence_digest(evidence)):
            raise Rejected("seen_evidence: the evidence has changed since you read it; read it again and sign")
        if self.verdict == "no-go" and self.reason is None:
            raise Rejected("reason: a no-go needs a reason; say what must change for a go")
        if self.verdict not in ("recused", "withdrawn"):
            self._not_opposed(review, required, context)
        given = self._signoff(state, review, required, evidence, context)
        known = review.newest_by_person(required).get(context.who)
        if known is None or not _same(known, given):
            yield DecidedEvent(given, required.role)
        yield from settled(state, review, context, self, required.role)

    def _not_opposed(self, review: Review, required: Required, context: CommandContext) -> None:
        """Raise `Rejected` if this person signed in a conflicting role; in light changes only without a reason."""
        who, policy = context.who, context.policy
        mine = [
            (other.role, signoff) for other in review.required if (signoff := review.newest_by_person(other).get(who))
        ]
        signed = sorted({role for role, signoff in mine if signoff.verdict != "recused"})
        opposed = next((role for role in signed if policy.combination(role, required.role) == "N"), None)
        if opposed and review.column in STRICT:
            raise Rejected(f"role: {who} signed this review as {opposed}; another person must sign as {required.role}")
        if opposed and self.reason is None:
            raise Rejected(
                f"reason: {who} signed this review as {opposed}; give the reason for signing as {required.role} too"
            )

    def _required(self, project: Project, review: Review, context: CommandContext) -> Required:
        wanted = self.role or context.role
        mine = [
            r
            for r in review.required
            if wanted in (None, r.role) and self.party in (None, r.party)
            if may_sit(project, review, r, context)
        ]
        unsigned = [required for required in mine if required in waiting_for(review)]
        if not mine:
            roles = ", ".join(sorted({required.role for required in review.required})) or "nobody"
            raise Rejected(
                f"review {review.id} requires sign-offs by {roles}; "
                f"{context.who} does not hold {wanted or 'any of these roles'}"
                f"{f' to speak for {self.party}' if self.party else ''}"
            )
        return (unsigned or mine)[0]

    def _signoff(
        self, project: Project, review: Review, required: Required, seen: tuple[Evidence, ...], c: CommandContext
    ) -> SignoffGiven:
        granted = project.team.speaking_for(required.party, c.who, required.role, c.now)
        return SignoffGiven(
            review=review.id,
            role=required.role,
            party=required.party,
            seat=required.seat,
            verdict=self.verdict,
            meaning=self.meaning,
            statement=statement(project, review, required, self.verdict, self.meaning),
            answers=self.answers,
            evidence_set_digest=evidence_digest(seen),
            own_evidence_digest=evidence_digest(seen, required.role),
            assignment=granted.id if granted else None,
            reason=self.reason,
        )


def _same(known: Signoff, given: SignoffGiven) -> bool:
    """Whether this repeats a sign-off: same verdict, meaning, answers, evidence and assignment."""
    said = known.verdict, known.meaning, known.evidence, known.assignment, known.answers
    answers = digest_of(answer.model_dump_json() for answer in given.answers)
    return said == (given.verdict, given.meaning, given.evidence_set_digest, given.assignment, answers)


def statement(project: Project, review: Review, required: Required, verdict: str, meaning: str) -> str:
    """The statement that the signer signs."""
    gates = " and ".join(review.gates)
    party = f" for {required.party}" if required.party else ""
    return f"As {required.role}{party} I sign {verdict} for {gates} of {project.key}, with the meaning {meaning}."


def may_sit(project: Project, review: Review, required: Required, context: CommandContext) -> bool:
    """Whether this person may give a required sign-off in a role that they hold: for a party only as representative,
    in a body only in the own seat or as its deputy, else in one seat only.
    """
    who, team = context.who, project.team
    held = team.speaking_for(required.party, who, required.role, context.now)
    if held is None:
        return False
    if is_body(required.rule) and required.seat:
        stands_in_for = team.assignments.get(held.deputy_for or "")
        return required.seat in (who, stands_in_for.person if stands_in_for else None)
    place = required.role, required.party
    others = [other for other in review.required if other != required and (other.role, other.party) == place]
    return not any(who in review.newest_by_person(other) for other in others)


def settled(
    project: Project, review: Review, context: CommandContext, asked: GiveSignoff, signed_as: str
) -> Iterator[DecidedEvent]:
    """The decision by the last sign-off, if the policy's mode allows it and the signer may decide."""
    rules = review_rules(project, review.gates, context)
    role = _deciding_role(project, review, context, signed_as)
    if role and all(rule.mode == "last-signoff" for rule in rules):
        yield from in_role(role, _settled_by(project, review, context, asked, role))


def _settled_by(
    project: Project, review: Review, context: CommandContext, asked: GiveSignoff, role: str
) -> Iterator[ProjectEvent]:
    rules, reason = review_rules(project, review.gates, context), asked.reason
    if against(review) and all(rule.no_go != "recorded" for rule in rules):
        returned = DecideReview(review=review.id, outcome="returned-for-rework", reason=reason)
        yield decision(project, review, context, returned, ())
        yield from consequences(project, review, "returned-for-rework")
        return
    if asked.verdict != "go" or not _logic_holds(project, review, rules):
        return
    results = results_at(project, review, context)
    if not any(result.blocks for result in results):
        yield from approved(project, review, context, DecideReview(review=review.id, reason=reason), results)
    elif not repeats_refusal(review, results):
        yield refused(review, results)


def _logic_holds(project: Project, review: Review, rules: Iterable[GateRule]) -> bool:
    try:
        for rule in rules:
            logic_holds(project, review, rule, overriding=False)
    except Rejected:
        return False
    return True


def _deciding_role(project: Project, review: Review, context: CommandContext, signed_as: str) -> str | None:
    """The role in which the signer may also decide: the role of the sign-off, or another that they hold."""
    held = project.team.roles_of(context.who, context.now)
    deciding = [role for role in review.decided_by if role in held]
    return signed_as if signed_as in deciding else next(iter(deciding), None)
