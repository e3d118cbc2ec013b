"""Management reviews as they are lived: called, signed one by one, decided; and now and then not at the first try."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Literal

from domain.lifecycle import Gate
from domain.policy import GateRule
from domain.portfolio.pauses import ResumeProject
from domain.reviews.calling import CallReview, WithdrawReview
from domain.reviews.conditions import CloseCondition
from domain.reviews.deciding import ConditionSet, DecideReview
from domain.reviews.signing import GiveSignoff, Meaning, Verdict
from milepost.simulation.life import Life, Over, Step, Steps
from milepost.simulation.office import DAY, WEEK

Fate = Literal[
    "approved", "conditions", "returned", "deferred", "cancelled", "withdrawn", "overridden", "taken-back", "refused"
]
FATES: dict[Fate, float] = {
    "approved": 62, "conditions": 8, "returned": 11, "deferred": 4, "cancelled": 1.5, "withdrawn": 3,
    "overridden": 3, "taken-back": 2.5, "refused": 6,
}  # fmt: skip
CALLER = "program-manager"
OBJECTIONS = (
    "the tests of the last build were not repeated", "what happens when the link is down is not said",
    "the training can't be held by then", "the costs of running it are missing", "the data are not cleaned up",
)  # fmt: skip


@dataclass(frozen=True)
class Signer:
    """Somebody who has to sign, in which role, for which party."""

    person: str
    role: str
    party: str | None = None
    votes: bool = False


def reviewed(life: Life, *gates: Gate, last: Callable[[], Steps] | None = None) -> Steps:
    """Bring gates through a review, as often as it takes; `last` is what the review needs and may come too late."""
    told = last is None
    for attempt in count(1):
        review = f"{gates[-1]}-{attempt}"
        fate = _fate(life, gates, attempt, told)
        if last and not told and fate != "refused":
            yield from last()
            told = True
        yield life.act(CALLER, CallReview(review=review, gates=gates), hours=life.hours(DAY))
        if fate == "withdrawn":
            yield life.act(CALLER, WithdrawReview(review=review, reason="a document is outdated"), hours=DAY)
            continue
        yield from _FATES[fate](life, review, gates)
        if fate == "refused" and last:
            yield from last()
            told = True
            yield from _approved(life, review, gates)
        if fate not in ("returned", "deferred"):
            return
        yield from _tried_again(life, fate)


def _fate(life: Life, gates: tuple[Gate, ...], attempt: int, told: bool) -> Fate:
    """What becomes of this attempt; the third goes through."""
    if life.column == "emergency" or attempt > 2:
        return "approved"
    fate = life.weighed(FATES)
    possible = {
        "overridden": life.column == "significant" and _overridable(life, gates) != [],
        "refused": not told and _decided_by_act(life, gates),
        "cancelled": Gate.DEPLOYED not in gates,
        "deferred": Gate.DEPLOYED not in gates,
        "taken-back": len(_signers(life, gates)) > 1,
        "conditions": len(_signers(life, gates)) > 1,
    }
    return fate if possible.get(fate, True) else "approved"


def _rules(life: Life, gates: tuple[Gate, ...]) -> list[GateRule]:
    return [rule for gate in gates if (rule := life.policy.gate(gate, life.column))]


def _decided_by_act(life: Life, gates: tuple[Gate, ...]) -> bool:
    return _rules(life, gates)[-1].mode == "act"


def _decider(life: Life, gates: tuple[Gate, ...]) -> Signer:
    role = _rules(life, gates)[-1].decided_by[0]
    return Signer(life.who(role), role)


def _signers(life: Life, gates: tuple[Gate, ...]) -> list[Signer]:
    """Everyone whose word the policy asks for, each once; whoever decides comes last."""
    asked = ((rule.gate, wording) for rule in _rules(life, gates) for wording in rule.required)
    found = dict.fromkeys(signer for gate, wording in asked for signer in _named(life, wording, gate))
    decider = _decider(life, gates)
    return sorted(found, key=lambda signer: signer == decider)


def _in_turn(life: Life, gates: tuple[Gate, ...]) -> list[Signer]:
    """The same, as they come to it."""
    found = _signers(life, gates)
    decider = _decider(life, gates)
    return sorted(life.chance.sample(found, len(found)), key=lambda signer: signer == decider)


def _named(life: Life, wording: str, gate: str) -> Iterator[Signer]:
    if wording == "team:*":
        yield from (Signer(life.who(role), role) for role in life.policy.team_roles if role in life.team)
    elif wording == "stakeholder:*":
        parties = life.stakeholders if gate == Gate.ENVISIONED else ()
        yield from (Signer(life.who("stakeholder"), "stakeholder", party) for party in parties)
    elif wording.endswith(":*"):
        body = wording.removesuffix(":*")
        yield from (Signer(person, body, votes=True) for person in life.team[body])
    else:
        held = [role for role in wording.removesuffix("?").split("|") if role in life.team]
        yield from (Signer(life.who(role), role) for role in held[:1])


def _sign(life: Life, review: str, signer: Signer, verdict: Verdict = "go", reason: str | None = None) -> Steps:
    accepts = signer.role in ("customer", "requester") and review.startswith(Gate.DEPLOYED)
    meaning: Meaning = "acceptance" if accepts else "approval"
    signoff = GiveSignoff(
        review=review, role=signer.role, party=signer.party, verdict=verdict, meaning=meaning, reason=reason
    )
    yield life.act(signer.role, signoff, who=signer.person, hours=life.hours(0.4 * DAY, 0.9))


def _all_sign(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    """Everyone says go; of a body that votes by majority, somebody may think otherwise."""
    dissent = life.column == "significant" and life.happens(0.2)
    for signer in _in_turn(life, gates):
        if signer.votes and dissent:
            dissent = False
            yield from _sign(life, review, signer, "no-go", "other projects are worth more")
        else:
            yield from _sign(life, review, signer, reason=None if _decided_by_act(life, gates) else "small and known")


def _approved(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    yield from _all_sign(life, review, gates)
    if _decided_by_act(life, gates):
        yield _decision(life, gates, DecideReview(review=review, reason="what is missing is known and small"))


def _decision(life: Life, gates: tuple[Gate, ...], decision: DecideReview) -> Step:
    decider = _decider(life, gates)
    return life.act(decider.role, decision, who=decider.person, hours=life.hours(0.5 * DAY))


def _with_conditions(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    """The decider signs first, so that the others' words decide nothing yet."""
    decider = _decider(life, gates)
    for signer in sorted(_signers(life, gates), key=lambda signer: signer != decider):
        yield from _sign(life, review, signer, reason="once the rest is done")
    owner = life.who("program-manager")
    due = life.now + timedelta(days=12)
    condition = ConditionSet(id=f"{review}-condition", text=life.one_of(CONDITIONS), owner=owner, due=due)
    asked = DecideReview(
        review=review, outcome="approved-with-conditions", conditions=(condition,), reason="the rest is good"
    )
    yield _decision(life, gates, asked)
    forgotten = Gate.DEPLOYED in gates and life.happens(0.3)
    if not forgotten:
        closed = CloseCondition(condition=condition.id, reason="seen and found done")
        yield life.act("tester", closed, hours=life.hours(3 * DAY, 0.3))


CONDITIONS = ("the handbook is brought up to date", "the last three defects are mended", "the site in Oslo is asked")


def _objected(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    """Somebody says no, and the review is returned for rework; by that word alone where the only signer decides."""
    decider, objection = _decider(life, gates), life.one_of(OBJECTIONS)
    signers = _in_turn(life, gates)
    objector = next((signer for signer in signers if signer != decider and not signer.votes), decider)
    for signer in signers:
        if signer == objector:
            yield from _sign(life, review, signer, "no-go", objection)
        elif signer != decider:
            yield from _sign(life, review, signer)
    if objector != decider:
        asked = DecideReview(review=review, outcome="returned-for-rework", reason=objection)
        yield _decision(life, gates, asked)


def _deferred(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    asked = DecideReview(review=review, outcome="deferred", reason="something else is more urgent this quarter")
    yield _decision(life, gates, asked)


def _cancelled(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    asked = DecideReview(review=review, outcome="rejected-and-cancelled", reason="it would cost more than it brings")
    yield _decision(life, gates, asked)
    raise Over


def _overridden(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    objector = life.one_of(_overridable(life, gates))
    for signer in _in_turn(life, gates):
        if signer == objector:
            yield from _sign(life, review, signer, "no-go", life.one_of(OBJECTIONS))
        else:
            yield from _sign(life, review, signer)
    yield _decision(life, gates, DecideReview(review=review, overrides=True, reason="heard, and taken as a risk"))


def _overridable(life: Life, gates: tuple[Gate, ...]) -> list[Signer]:
    stands = {role for rule in _rules(life, gates) for role in rule.no_go_stands}
    return [s for s in _signers(life, gates) if not s.votes and s.role not in stands]


def _taken_back(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    hesitant = _in_turn(life, gates)[0]
    yield from _sign(life, review, hesitant)
    yield from _sign(life, review, hesitant, "taken-back", "signed before reading the last version")
    yield from _approved(life, review, gates)


def _refused(life: Life, review: str, gates: tuple[Gate, ...]) -> Steps:
    """Everyone signs and something is missing, so that the gate stays shut."""
    yield from _all_sign(life, review, gates)
    yield replace(_decision(life, gates, DecideReview(review=review, reason="all have signed")), expects="refused")


def _tried_again(life: Life, fate: Fate) -> Steps:
    if fate == "deferred":
        resumed = ResumeProject(changed_meanwhile=("budget",), reason="it is its turn again")
        yield life.act("program-manager", resumed, hours=life.hours(4 * WEEK))
    else:
        life.now = life.at(life.hours(4 * DAY))


_FATES: dict[Fate, Callable[[Life, str, tuple[Gate, ...]], Steps]] = {
    "approved": _approved,
    "conditions": _with_conditions,
    "returned": _objected,
    "deferred": _deferred,
    "cancelled": _cancelled,
    "overridden": _overridden,
    "taken-back": _taken_back,
    "refused": _refused,
}
