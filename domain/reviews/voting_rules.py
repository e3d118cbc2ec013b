"""Voting: who had to sign, what they said, and whether the policy's logic lets the review be decided."""

from collections.abc import Iterable

from domain.command import Rejected
from domain.policy.policy import STRICT, GateRule
from domain.portfolio.classification import MOST, ChangeClassified
from domain.state.gates import Required, Review, Signoff
from domain.state.project import Project
from domain.values import Count, Fact, Role

NOT_BODIES = ("team:*", "stakeholder:*")


class Tally(Fact):
    """How the required have signed: those for go, against, neither, and not at all."""

    required: Count
    go: Count
    no_go: Count
    abstained: Count
    recused: Count
    missing: tuple[Role, ...] = ()


def tally_of(review: Review) -> Tally:
    return _tally(review, review.required)


def _tally(review: Review, asked: Iterable[Required]) -> Tally:
    words = [(required, review.given(required)) for required in asked]
    verdicts = [word.verdict for _, word in words if word]
    return Tally(
        required=len(words),
        go=verdicts.count("go"),
        no_go=verdicts.count("no-go"),
        abstained=verdicts.count("abstain"),
        recused=verdicts.count("recused"),
        missing=tuple(required.role for required, word in words if word is None)[:50],
    )


def waiting_for(review: Review) -> list[Required]:
    """Who has to sign and hasn't yet."""
    return [required for required in review.required if review.given(required) is None]


def is_body(wording: str) -> bool:
    """Whether the policy's wording names a body that votes: every holder of a role."""
    return wording.endswith(":*") and wording not in NOT_BODIES


def against(review: Review) -> list[Signoff]:
    """What was said for no-go by those who have to say go; a body's votes are counted."""
    words = [review.given(required) for required in review.required if not is_body(required.rule)]
    return [word for word in words if word and word.verdict == "no-go"]


def minimum_of(project: Project, rule: GateRule) -> int:
    """How many votes for go a rule asks for at least: more, it may be, where data or money can be lost."""
    known = project.facts.latest(ChangeClassified)
    answers = known.event.answers if known else None
    at_stake = answers is not None and MOST in (answers.data, answers.money)
    return rule.minimum_at_stake if at_stake and rule.minimum_at_stake is not None else rule.minimum


def logic_holds(project: Project, review: Review, rule: GateRule, overriding: bool) -> None:
    """Raise `Rejected` where the required sign-offs don't yet allow an approval by this rule."""
    body = [required for required in review.required if is_body(required.rule) and required.rule in rule.required]
    others = [required for required in review.required if not is_body(required.rule)]
    _no_go_allows(review, rule, overriding)
    _others_said_go(review, rule, others)
    minimum = minimum_of(project, rule)
    if body:
        _body_voted(_tally(review, body), rule, minimum)
    elif (go := _tally(review, others).go) < minimum:
        raise Rejected(f"{rule.gate}: {go} signed for go, {minimum} are needed at least")


def _others_said_go(review: Review, rule: GateRule, others: list[Required]) -> None:
    silent = [required.role for required in others if review.given(required) is None]
    if silent:
        signed = len(others) - len(silent)
        raise Rejected(
            f"{rule.gate}: {signed} of {len(others)} required have signed; waiting for {', '.join(silent[:5])}"
        )
    words = [word for required in others if (word := review.given(required))]
    without_voice = ("recused",) if rule.column in STRICT else ("recused", "abstain")
    replaced = [word for word in words if word.verdict in without_voice]
    if replaced:
        who = ", ".join(f"{word.person} as {word.role} ({word.verdict})" for word in replaced[:5])
        raise Rejected(f"{rule.gate}: these have not said go: {who}; name deputies who sign in their place")
    if words and all(word.verdict == "abstain" for word in words):
        raise Rejected(f"{rule.gate}: all of {len(words)} required abstain, somebody has to say go")


def _body_voted(tally: Tally, rule: GateRule, minimum: int) -> None:
    voted = tally.go + tally.no_go + tally.abstained
    if voted * 1000 < rule.quorum * tally.required:
        raise Rejected(f"{rule.gate}: {voted} of {tally.required} have voted, the quorum is {rule.quorum / 10:g} %")
    if tally.go < minimum:
        raise Rejected(f"{rule.gate}: {tally.go} voted for go, {minimum} are needed at least")
    votes = tally.go + tally.no_go
    if votes == 0 or tally.go * 1000 < rule.majority * votes:
        raise Rejected(f"{rule.gate}: {tally.go} of {votes} votes are for go, {rule.majority / 10:g} % are needed")


def _no_go_allows(review: Review, rule: GateRule, overriding: bool) -> None:
    said_no = [word.role for word in against(review)]
    if not said_no or rule.no_go == "recorded":
        return
    stands = [role for role in said_no if rule.no_go == "final" or role in rule.no_go_stands]
    if stands or not overriding:
        way = "return it for rework" if stands else "return it, or override with a reason"
        raise Rejected(f"{rule.gate}: {', '.join(stands or said_no)} signed no-go: {way}")
