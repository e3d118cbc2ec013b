"""Voting rules: whether the sign-offs of a review allow an approval by the policy."""

from collections.abc import Iterable

from domain.command import Rejected
from domain.policy.policy import STRICT, GateRule
from domain.portfolio.classification import MOST, ChangeClassified
from domain.state.gates import Required, Review, Signoff
from domain.state.project import Project
from domain.values import Count, Fact, Role

NOT_BODIES = ("team:*", "stakeholder:*")


class Tally(Fact):
    """The tally of the required sign-offs: go, no-go, abstained, recused and missing."""

    required: Count
    go: Count
    no_go: Count
    abstained: Count
    recused: Count
    missing: tuple[Role, ...] = ()


def tally_of(review: Review) -> Tally:
    return _tally(review, review.required)


def _tally(review: Review, asked: Iterable[Required]) -> Tally:
    signoffs = [(required, review.signoff_for(required)) for required in asked]
    verdicts = [signoff.verdict for _, signoff in signoffs if signoff]
    return Tally(
        required=len(signoffs),
        go=verdicts.count("go"),
        no_go=verdicts.count("no-go"),
        abstained=verdicts.count("abstain"),
        recused=verdicts.count("recused"),
        missing=tuple(required.role for required, signoff in signoffs if signoff is None)[:50],
    )


def waiting_for(review: Review) -> list[Required]:
    """The required sign-offs that are missing."""
    return [required for required in review.required if review.signoff_for(required) is None]


def is_body(wording: str) -> bool:
    """Whether the policy's text names a voting body: every holder of a role."""
    return wording.endswith(":*") and wording not in NOT_BODIES


def against(review: Review) -> list[Signoff]:
    """The no-go sign-offs outside voting bodies (whose votes are counted)."""
    signoffs = [review.signoff_for(required) for required in review.required if not is_body(required.rule)]
    return [signoff for signoff in signoffs if signoff and signoff.verdict == "no-go"]


def minimum_of(project: Project, rule: GateRule) -> int:
    """The minimum number of go votes by a rule, which may be higher if data or money can be lost."""
    known = project.facts.latest(ChangeClassified)
    answers = known.event.answers if known else None
    at_stake = answers is not None and MOST in (answers.data, answers.money)
    return rule.minimum_at_stake if at_stake and rule.minimum_at_stake is not None else rule.minimum


def logic_holds(project: Project, review: Review, rule: GateRule, overriding: bool) -> None:
    """Raise `Rejected` if the required sign-offs do not allow an approval by this rule yet."""
    body = [required for required in review.required if is_body(required.rule) and required.rule in rule.required]
    others = [required for required in review.required if not is_body(required.rule)]
    _no_go_allows(review, rule, overriding)
    _others_said_go(review, rule, others)
    minimum = minimum_of(project, rule)
    if body:
        _body_voted(_tally(review, body), rule, minimum)
    elif (go := _tally(review, others).go) < minimum:
        raise Rejected(f"{rule.gate}: {go} signed go, but at least {minimum} are required")


def _others_said_go(review: Review, rule: GateRule, others: list[Required]) -> None:
    silent = [required.role for required in others if review.signoff_for(required) is None]
    if silent:
        signed = len(others) - len(silent)
        raise Rejected(
            f"{rule.gate}: {signed} of {len(others)} required sign-offs are given; missing: {', '.join(silent[:5])}"
        )
    signoffs = [signoff for required in others if (signoff := review.signoff_for(required))]
    without_voice = ("recused",) if rule.column in STRICT else ("recused", "abstain")
    replaced = [signoff for signoff in signoffs if signoff.verdict in without_voice]
    if replaced:
        who = ", ".join(f"{signoff.person} as {signoff.role} ({signoff.verdict})" for signoff in replaced[:5])
        raise Rejected(f"{rule.gate}: no go from {who}; assign deputies who sign in their place (assign-role)")
    if signoffs and all(signoff.verdict == "abstain" for signoff in signoffs):
        raise Rejected(f"{rule.gate}: all {len(signoffs)} required sign-offs abstain; at least one must be go")


def _body_voted(tally: Tally, rule: GateRule, minimum: int) -> None:
    voted = tally.go + tally.no_go + tally.abstained
    if voted * 1000 < rule.quorum * tally.required:
        raise Rejected(
            f"{rule.gate}: {voted} of {tally.required} members voted, but the quorum is {rule.quorum / 10:g} %"
        )
    if tally.go < minimum:
        raise Rejected(f"{rule.gate}: {tally.go} voted go, but at least {minimum} are required")
    votes = tally.go + tally.no_go
    if votes == 0 or tally.go * 1000 < rule.majority * votes:
        raise Rejected(f"{rule.gate}: {tally.go} of {votes} votes are go, but {rule.majority / 10:g} % are required")


def _no_go_allows(review: Review, rule: GateRule, overriding: bool) -> None:
    opposed = [signoff.role for signoff in against(review)]
    if not opposed or rule.no_go == "recorded":
        return
    stands = [role for role in opposed if rule.no_go == "final" or role in rule.no_go_stands]
    if stands or not overriding:
        next_step = "return the review for rework" if stands else "return the review, or override with a reason"
        raise Rejected(f"{rule.gate}: {', '.join(stands or opposed)} signed no-go; {next_step}")
