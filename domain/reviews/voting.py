"""Voting: who had to sign, what they said, and whether the policy's logic lets the review be decided."""

from domain.command import Rejected
from domain.lifecycle import Gate
from domain.policy import GateRule
from domain.state.gates import Required, Review
from domain.values import Count, Fact, Role

NEVER_OVERRIDDEN = ("operations", "tester", "customer")


class Tally(Fact):
    """How the required have signed: those for go, against, neither, and not at all."""

    required: Count
    go: Count
    no_go: Count
    abstained: Count
    recused: Count
    missing: tuple[Role, ...] = ()


def tally_of(review: Review) -> Tally:
    words = [review.given(required) for required in review.required]
    verdicts = [word.verdict for word in words if word]
    return Tally(
        required=len(words),
        go=verdicts.count("go"),
        no_go=verdicts.count("no-go"),
        abstained=verdicts.count("abstain"),
        recused=verdicts.count("recused"),
        missing=tuple(required.role for required in waiting_for(review))[:50],
    )


def waiting_for(review: Review) -> list[Required]:
    """Who has to sign and hasn't yet."""
    return [required for required in review.required if review.given(required) is None]


def against(review: Review) -> list[str]:
    """The roles that said no-go."""
    words = [review.given(required) for required in review.required]
    return [word.role for word in words if word and word.verdict == "no-go"]


def logic_holds(review: Review, rule: GateRule, overriding: bool) -> None:
    """Raise `Rejected` where the required sign-offs don't yet allow an approval by this rule."""
    tally = tally_of(review)
    voted = tally.required - len(tally.missing)
    if voted * 1000 < rule.quorum * tally.required:
        roles = ", ".join(tally.missing[:5])
        raise Rejected(f"{rule.gate}: {voted} of {tally.required} required have signed; waiting for {roles}")
    if tally.go < rule.minimum:
        raise Rejected(f"{rule.gate}: {tally.go} signed for go, {rule.minimum} are needed at least")
    _no_go_allows(review, rule, overriding)
    votes = tally.go + tally.no_go
    if not overriding and rule.no_go != "recorded" and tally.go * 1000 < rule.majority * votes:
        raise Rejected(f"{rule.gate}: {tally.go} of {votes} votes are for go, {rule.majority / 10:g} % are needed")


def _no_go_allows(review: Review, rule: GateRule, overriding: bool) -> None:
    said_no = against(review)
    if not said_no or rule.no_go == "recorded" or (rule.majority < 1000 and rule.no_go != "final"):
        return
    stands = [role for role in said_no if rule.no_go == "final" or role in NEVER_OVERRIDDEN]
    if stands or not overriding:
        who = ", ".join(stands or said_no)
        way = "return it for rework" if stands else "return it, or override with a reason"
        raise Rejected(f"{rule.gate}: {who} signed no-go: {way}")


def rule_for(rules: list[GateRule], gate: Gate) -> GateRule:
    return next(rule for rule in rules if rule.gate == gate)
