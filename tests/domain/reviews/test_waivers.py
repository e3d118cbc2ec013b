"""Waivers."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.lifecycle import Gate
from domain.policy.policy import WaiverRule
from domain.reviews.decisions import DecideReview
from domain.reviews.waivers import DecideWaiver, RequestWaiver, WaiverDecided, WaiverRequested
from tests.conftest import START
from tests.domain.openings import PROPOSED, classified, holds
from tests.domain.reviews.small import begun, called, decide, gate, policy_of, rule
from tests.domain.story import Story

RISKS = rule("risks-assessed", Gate.ENVISIONED)
NEVER = rule("goal-linked", Gate.ENVISIONED, waivable=False)
NOT_HERE = rule("structure-recorded", Gate.ENVISIONED, unwaivable_in=("significant",))
UNTIL = START + timedelta(days=10)
RULE = WaiverRule(column="significant", granted_by=("sponsor",), longest_days=14, renewals=1)
POLICY = policy_of(gate(Gate.ENVISIONED), RISKS, RULE)
GRANT = DecideWaiver(waiver="w", outcome="granted")
REFUSE = DecideWaiver(waiver="w", outcome="refused")
REVOKE = DecideWaiver(waiver="w", outcome="revoked")


def ask(until: datetime = UNTIL, **more: Any) -> RequestWaiver:
    told = {"waiver": "w", "control": "risks-assessed", "gate": Gate.ENVISIONED, "compensating_measure": "we watch"}
    return RequestWaiver.model_validate({**told, "until": until, "reason": "there is no time", **more})


def begins() -> Story:
    return begun(POLICY, holds("eve", "sponsor"))


def granted() -> Story:
    story = begins()
    story.do(ask(), by="ada")
    story.do(GRANT, by="eve")
    return story


def test_is_asked_for_with_what_makes_up_for_it() -> None:
    story = begins()
    assert story.do(ask(), by="ada") == ["waiver.requested/1"]
    asked = WaiverRequested(
        waiver="w",
        control="risks-assessed",
        gate=Gate.ENVISIONED,
        compensating_measure="we watch",
        until=UNTIL,
        reason="there is no time",
    )
    assert story.last(WaiverRequested) == asked
    assert story.do(ask(), by="ada") == []
    story.rejected(
        ask(UNTIL + timedelta(days=1)),
        by="ada",
        because="waiver: w is already requested and not decided; wait for the decision",
    )


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        (ask(control="no-such"), "control: policy small/1 has no control no-such"),
        (ask(control="goal-linked"), "control: the policy allows no waiver of goal-linked for significant changes"),
        (
            ask(control="structure-recorded"),
            "control: the policy allows no waiver of structure-recorded for significant changes",
        ),
        (ask(START), "until: give a moment between now and 2026-01-19 14:10 UTC .at most 14 days."),
        (
            ask(START + timedelta(days=15)),
            r"until: give a moment between now and 2026-01-19 14:10 UTC .at most 14 days.",
        ),
    ],
)
def test_is_asked_for_within_what_the_policy_allows(asked: RequestWaiver, because: str) -> None:
    begun(policy_of(RISKS, NEVER, NOT_HERE, RULE)).rejected(asked, by="ada", because=because)


def test_is_unknown_where_the_policy_has_none() -> None:
    story = begun(POLICY, past=(PROPOSED, classified("standard")))
    story.rejected(ask(), by="ada", because="the policy allows no waivers for standard changes")


def test_is_about_one_control_at_one_gate() -> None:
    story = begins()
    story.do(ask(), by="ada")
    story.rejected(
        ask(gate=Gate.DEPLOYED),
        by="ada",
        because="waiver: the id w is used for risks-assessed at envisioned; choose another id",
    )


def test_is_granted_by_its_authority_until_then() -> None:
    story = granted()
    given = WaiverDecided(waiver="w", outcome="granted", until=UNTIL, by_role="sponsor")
    assert story.last(WaiverDecided) == given
    assert story.do(GRANT, by="eve") == []
    shorter = begins()
    shorter.do(ask(), by="ada")
    sooner = DecideWaiver(waiver="w", outcome="granted", until=UNTIL - timedelta(days=5), conditions=("daily",))
    shorter.do(sooner, by="eve")
    assert shorter.project.gates.waivers["w"].until == UNTIL - timedelta(days=5)


def test_is_decided_by_its_authority_which_did_not_ask() -> None:
    story = begins()
    story.rejected(GRANT, by="eve", because="waiver: waiver w is not requested; request it first .request-waiver.")
    story.do(ask(), by="eve")
    story.rejected(GRANT, by="omar", because="only sponsor.* may decide waiver w .held by eve")
    story.rejected(
        GRANT, by="eve", because="waiver: eve requested it and can't decide it; another person must decide it"
    )


def test_is_not_granted_for_longer_than_the_policy_allows() -> None:
    story = begins()
    story.do(ask(), by="ada")
    longer = DecideWaiver(waiver="w", outcome="granted", until=START + timedelta(days=20))
    story.rejected(
        longer, by="eve", because="until: give a moment between now and 2026-01-19 15:20 UTC .at most 14 days."
    )


def test_is_refused_and_may_be_asked_for_again() -> None:
    story = begins()
    story.do(ask(), by="ada")
    assert story.do(REFUSE, by="eve") == ["waiver.decided/1"]
    assert story.do(REFUSE, by="eve") == []
    story.rejected(GRANT, by="eve", because="outcome: a refused waiver can't be granted; request it again first")
    assert story.do(ask(), by="ada") == ["waiver.requested/1"]
    assert story.project.gates.waivers["w"].state == "asked"
    assert story.do(GRANT, by="eve") == ["waiver.decided/1"]
    assert story.project.gates.waivers["w"].renewals == 0


def test_is_revoked_once_granted() -> None:
    story = begins()
    story.do(ask(), by="ada")
    story.rejected(
        REVOKE, by="eve", because="outcome: only a granted waiver can be revoked; refuse this request instead"
    )
    story.do(GRANT, by="eve")
    story.rejected(REFUSE, by="eve", because="outcome: a granted waiver can't be refused; request it again first")
    assert story.do(REVOKE, by="eve") == ["waiver.decided/1"]
    called(story).refused(DecideReview(review="r"), by="omar", because="risks-assessed")


def test_holds_while_its_renewal_is_asked_for_and_refused() -> None:
    story = granted()
    renewed = ask(UNTIL + timedelta(days=3))
    assert story.do(renewed, by="linus") == ["waiver.requested/1"]
    waiver = story.project.gates.waivers["w"]
    assert (waiver.state, waiver.until, waiver.granted_by) == ("granted", UNTIL, "eve")
    story.rejected(
        GRANT, by="linus", because="only sponsor may decide waiver w .held by eve.; linus acts as none of these"
    )
    assert story.do(REFUSE, by="eve") == ["waiver.decided/1"]
    waiver = story.project.gates.waivers["w"]
    assert (waiver.state, waiver.until, waiver.pending) == ("granted", UNTIL, None)
    assert decide(called(story)) == ["review.decided/1", "project.envisioned/1"]


def test_is_renewed_as_often_as_the_policy_allows() -> None:
    story = granted()
    story.do(ask(UNTIL + timedelta(days=3)), by="linus")
    story.do(GRANT, by="eve")
    waiver = story.project.gates.waivers["w"]
    assert (waiver.until, waiver.renewals, waiver.asked_by) == (UNTIL + timedelta(days=3), 1, "linus")
    story.rejected(
        ask(UNTIL + timedelta(days=4)),
        by="ada",
        because="waiver: all 1 renewals that the policy allows are used; meet the control instead",
    )


def test_is_a_renewal_under_another_id_as_well() -> None:
    story = granted()
    second = ask(UNTIL + timedelta(days=3), waiver="w2")
    story.do(second, by="ada")
    story.do(DecideWaiver(waiver="w2", outcome="granted"), by="eve")
    story.rejected(
        ask(UNTIL + timedelta(days=3), waiver="w3"),
        by="ada",
        because="waiver: all 1 renewals that the policy allows are used; meet the control instead",
    )


def test_ends_by_itself() -> None:
    story = called(granted())
    story.now = UNTIL
    story.refused(DecideReview(review="r"), by="omar", because="risks-assessed")
