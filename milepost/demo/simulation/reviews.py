"""Management reviews as they are lived: called, signed, decided; and now and then not at the first try."""

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from domain.lifecycle import Gate
from domain.portfolio.pauses import ResumeProject
from domain.reviews.conditions import CloseCondition
from domain.reviews.decisions import ConditionSet, DecideReview
from domain.reviews.review_call import CallReview, WithdrawReview
from milepost.demo.simulation.life import Answer, Life, Over, Step, Steps
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.reviewers import SimulatedReview

Fate = Literal[
    "approved",
    "conditions",
    "returned",
    "deferred",
    "cancelled",
    "withdrawn",
    "overridden",
    "signoff-withdrawn",
    "refused",
]
FATES: dict[Fate, float] = {
    "approved": 62, "conditions": 8, "returned": 11, "deferred": 4, "cancelled": 1.5, "withdrawn": 3,
    "overridden": 3, "signoff-withdrawn": 2.5, "refused": 6,
}  # fmt: skip
CALLER = "program-manager"
OBJECTIONS = (
    "the tests of the last build were not repeated", "what happens when the link is down is not said",
    "the training can't be held by then", "the costs of running it are missing", "the data are not cleaned up",
)  # fmt: skip
CONDITIONS = ("the handbook is brought up to date", "the last three defects are mended", "the site in Oslo is asked")

Piece = Callable[[], Steps]


def _nothing() -> Steps:
    yield from ()


def reviewed(life: Life, *gates: Gate, needs: Piece = _nothing, at_last: Piece = _nothing) -> Steps:
    """Bring gates through a review, as often as it takes.

    `needs` is evidence that it needs and that may come too late; `at_last` what others do once all but the decider
    have signed.
    """
    while True:
        life.attempts[gates] += 1
        review = SimulatedReview(life, f"{gates[-1]}-{life.attempts[gates]}", gates)
        fate = _fate(review, lacks=needs is not _nothing or at_last is not _nothing)
        if fate != "refused":
            yield from needs()
            needs = _nothing
        yield life.act(CALLER, CallReview(review=review.id, gates=gates), hours=life.hours(DAY))
        if (yield from _LIVED[fate](review, needs, at_last)):
            life.approvals.update(dict.fromkeys(gates, review.id))
            return


def _fate(review: SimulatedReview, lacks: bool) -> Fate:
    """What becomes of this attempt; the third goes through."""
    life = review.life
    if life.column == "emergency" or life.attempts[review.gates] > 2:
        return "approved"
    fate = life.weighed(FATES)
    ends = Gate.DEPLOYED in review.gates
    possible = {
        "overridden": bool(review.overridable),
        "refused": lacks and review.by_act,
        "cancelled": not ends,
        "deferred": not ends,
        "signoff-withdrawn": bool(review.others),
        "conditions": bool(review.others),
    }
    return fate if possible.get(fate, True) else "approved"


def _decision(review: SimulatedReview, decision: DecideReview) -> Step:
    decider = review.decider
    return review.life.act(decider.role, decision, who=decider.person, hours=review.life.hours(0.4 * DAY))


Lived = Generator[Step, Answer, bool]
"""One attempt as it is lived; in the end, whether the gates are passed."""


def _approved(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    yield from review.sign_all()
    yield from at_last()
    yield from review.last_word()
    if review.by_act:
        yield _decision(review, DecideReview(review=review.id, reason="what is missing is known and small"))
    return True


def _with_conditions(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    """The decider signs first, so that the last word decides nothing yet."""
    life = review.life
    yield from review.last_word()
    yield from review.sign_all()
    yield from at_last()
    condition = ConditionSet(
        id=f"{review.id}-condition",
        text=life.one_of(CONDITIONS),
        owner=life.who(CALLER),
        due=life.now + timedelta(days=12),
    )
    asked = DecideReview(
        review=review.id, outcome="approved-with-conditions", conditions=(condition,), reason="the rest is good"
    )
    yield _decision(review, asked)
    forgotten = Gate.DEPLOYED in review.gates and life.happens(0.3)
    if not forgotten:
        closed = CloseCondition(condition=condition.id, reason="seen and found done")
        yield life.act("tester", closed, hours=life.hours(DAY, 0.4))
    return True


def _returned(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    """Somebody says no, and the review is returned for rework; by that word alone where nobody else signs."""
    life, objection = review.life, review.life.one_of(OBJECTIONS)
    objector = next((signer for signer in review.in_turn(review.others) if not signer.votes), None)
    yield from review.sign_all(objector, objection)
    if objector or review.by_act:
        yield _decision(review, DecideReview(review=review.id, outcome="returned-for-rework", reason=objection))
    else:
        yield from review.sign(review.decider, "no-go", objection)
    life.now = life.at(life.hours(4 * DAY))
    return False


def _deferred(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    why = "something else is more urgent this quarter"
    yield _decision(review, DecideReview(review=review.id, outcome="deferred", reason=why))
    resumed = ResumeProject(changed_meanwhile=("budget",), reason="it is its turn again")
    yield review.life.act(CALLER, resumed, hours=review.life.hours(4 * WEEK))
    return False


def _cancelled(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    why = "it would cost more than it brings"
    yield _decision(review, DecideReview(review=review.id, outcome="rejected-and-cancelled", reason=why))
    raise Over


def _withdrawn(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    why = "a document is outdated"
    yield review.life.act(CALLER, WithdrawReview(review=review.id, reason=why), hours=DAY)
    return False


def _overridden(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    objector = review.life.one_of(review.overridable)
    yield from review.sign_all(objector, review.life.one_of(OBJECTIONS))
    yield from at_last()
    yield from review.last_word()
    yield _decision(review, DecideReview(review=review.id, overrides=True, reason="heard, and taken as a risk"))
    return True


def _withdraw_signoff(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    hesitant = review.life.one_of(review.others)
    yield from review.sign(hesitant)
    yield from review.sign(hesitant, "withdrawn", "signed before reading the last version")
    return (yield from _approved(review, needs, at_last))


def _refused(review: SimulatedReview, needs: Piece, at_last: Piece) -> Lived:
    """Everyone has signed and something is missing, so that the gate stays shut until it is there."""
    yield from review.sign_all()
    yield from review.last_word()
    yield replace(_decision(review, DecideReview(review=review.id, reason="all have signed")), expects="refused")
    yield from needs()
    return (yield from _approved(review, needs, at_last))


_LIVED: dict[Fate, Callable[[SimulatedReview, Piece, Piece], Lived]] = {
    "approved": _approved,
    "conditions": _with_conditions,
    "returned": _returned,
    "deferred": _deferred,
    "cancelled": _cancelled,
    "withdrawn": _withdrawn,
    "overridden": _overridden,
    "signoff-withdrawn": _withdraw_signoff,
    "refused": _refused,
}
