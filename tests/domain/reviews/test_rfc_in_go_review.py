"""Deciding the request for change together with the go review."""

from typing import Any

from domain.lifecycle import Act, Gate
from domain.planning.rfc import RfcSubmitted
from domain.planning.rfc_decision import RfcDecided
from domain.policy.policy import Policy
from domain.reviews.decisions import DecideReview
from domain.reviews.rfc_approval import DecideRfc
from tests.domain.openings import holds
from tests.domain.reviews.small import begun, called, gate, policy_of, rule
from tests.domain.story import Story

READY = (Gate.RELEASE_READY,)
RFC = RfcSubmitted(rfc="c1")


def policy(**rfc: Any) -> Policy:
    told: dict[str, Any] = {"mode": "last-signoff", "decided_by": ("change-manager",), **rfc}
    go = gate(Gate.RELEASE_READY, decided_by=("change-manager", "cab"))
    return policy_of(go, gate("rfc", **told), rule("rfc-approved", Gate.RELEASE_READY, Act.AUTHORIZATION))


def begins(policy: Policy, *more: Any) -> Story:
    return called(begun(policy, RFC, holds("chen", "change-manager"), holds("carl", "cab"), *more), *READY)


def test_approves_it_with_the_gate() -> None:
    story = begins(policy())
    kinds = story.do(DecideReview(review="r"), by="chen")
    assert kinds == ["rfc.decided/1", "review.decided/1", "project.release-ready/1"]
    assert story.last(RfcDecided) == RfcDecided(rfc="c1", body="change-manager", outcome="approved")


def test_is_for_who_decides_both() -> None:
    story = begins(policy())
    story.refused(
        DecideReview(review="r"),
        by="carl",
        because="release-ready not passed: rfc-approved: request for change c1: not decided by change-manager",
    )


def test_is_for_who_decides_for_every_body() -> None:
    both = ("change-manager", "cab")
    story = begins(policy(decided_by=both))
    story.refused(DecideReview(review="r"), by="chen", because="rfc-approved")
    one = begins(policy(decided_by=both), holds("chen", "cab"))
    kinds = one.do(DecideReview(review="r"), by="chen", role="cab")
    assert kinds == ["rfc.decided/1", "rfc.decided/1", "review.decided/1", "project.release-ready/1"]


def test_leaves_alone_what_is_decided_by_an_act_of_its_own() -> None:
    story = begins(policy(mode="act"))
    story.refused(DecideReview(review="r"), by="chen", because="rfc-approved")
    story.do(DecideRfc(rfc="c1", body="change-manager"), by="chen")
    assert story.do(DecideReview(review="r"), by="chen") == ["review.decided/1", "project.release-ready/1"]


def test_leaves_alone_what_is_decided_already_or_was_never_asked_for() -> None:
    story = begins(policy())
    story.do(DecideRfc(rfc="c1", body="change-manager"), by="chen")
    assert story.do(DecideReview(review="r"), by="chen") == ["review.decided/1", "project.release-ready/1"]
    none = called(begun(policy(), holds("chen", "change-manager")), *READY)
    none.refused(
        DecideReview(review="r"),
        by="chen",
        because="release-ready not passed: rfc-approved: no request for change is submitted",
    )


def test_belongs_to_the_release_alone() -> None:
    story = begun(policy(), RFC, holds("chen", "change-manager"))
    called(story, Gate.ENVISIONED)
    assert story.do(DecideReview(review="r"), by="omar") == ["review.decided/1", "project.envisioned/1"]
