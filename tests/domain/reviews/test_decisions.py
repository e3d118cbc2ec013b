"""Deciding a review."""

import hashlib
from datetime import timedelta

import pytest

from domain.command import CommandContext, Refused
from domain.controls.evaluation import digest_of_results
from domain.controls.evidence import evidence_digest, evidence_of
from domain.envision.vision import VisionScopeBaselined
from domain.lifecycle import Gate
from domain.policy.policy import JointReview, Times, WaiverRule
from domain.reviews.decisions import ConditionSet, DecideReview, ReviewDecided, ReviewRefused, Seen, results_at
from domain.reviews.fact_reports import report
from domain.reviews.review_call import CallReview
from domain.reviews.waivers import DecideWaiver, RequestWaiver
from tests.domain.openings import DOCUMENT, holds
from tests.domain.reviews.small import ENVISIONED, RISK, SIGNED, begun, called, decide, gate, policy_of, rule, sign
from tests.domain.story import Story

RISKS = rule("risks-assessed", Gate.ENVISIONED)
DECIDE = DecideReview(review="r")
OPEN = gate(Gate.ENVISIONED)


def ready() -> Story:
    return called(begun(policy_of(OPEN, RISKS), RISK))


def test_opens_the_gate_with_what_was_seen() -> None:
    story = sign(called(begun(policy_of(SIGNED, RISKS), RISK)), "grace", "linus")
    seen, digest = story.project.version, story.project.digest
    assert decide(story, minutes=DOCUMENT) == ["review.decided/1", "project.envisioned/1"]
    told = story.last(ReviewDecided)
    assert (told.outcome, told.attempt, told.policy, told.minutes) == ("approved", 1, "small/1", DOCUMENT)
    assert (told.tally.go, told.tally.required) == (2, 2)
    assert [(result.control, result.result) for result in told.results] == [("risks-assessed", "met")]
    assert told.results_digest == digest_of_results(told.results)
    assert told.evidence_set_digest == evidence_digest(evidence_of(story.project, ENVISIONED))
    assert (told.seen, told.state_digest) == (seen, digest)
    passed = story.project.gates.passed(Gate.ENVISIONED)
    assert passed
    assert (passed.basis, passed.decision) == ("reviewed", story.events[-2].id)


def test_commits_to_the_stored_lines_of_the_stream_up_to_what_was_seen() -> None:
    story = ready()
    lines = b"".join(recorded.data + b"\n" for recorded in story.events)
    decide(story)
    assert story.last(ReviewDecided).state_digest == f"sha256:{hashlib.sha256(lines).hexdigest()}"


def test_is_for_its_decider() -> None:
    ready().rejected(DECIDE, by="grace", because="only solution-manager.* may decide review r .held by omar")


def test_is_done_by_a_deputy_as_well() -> None:
    policy = policy_of(OPEN)
    story = called(begun(policy, holds("dora", "solution-manager")))
    assert story.do(DECIDE, by="dora") == ["review.decided/1", "project.envisioned/1"]


def test_is_done_once() -> None:
    story = ready()
    decide(story)
    story.rejected(DECIDE, by="omar", because="review: r is closed with the outcome approved; call a new review")


def test_is_refused_while_a_blocking_control_is_unmet_and_that_is_recorded() -> None:
    story = called(begun(policy_of(OPEN, RISKS)))
    story.refused(DECIDE, by="omar", because="envisioned not passed: risks-assessed: ")
    told = story.last(ReviewRefused)
    assert (told.review, told.gates) == ("r", ENVISIONED)
    assert [(result.control, result.result) for result in told.results] == [("risks-assessed", "unmet")]
    assert told.results_digest == digest_of_results(told.results)
    assert story.project.gates.passed(Gate.ENVISIONED) is None


def test_is_recorded_as_refused_once_while_nothing_has_changed() -> None:
    story = called(begun(policy_of(OPEN, RISKS, rule("goal-linked", Gate.ENVISIONED))))
    for expected in (1, 1):
        story.refused(DECIDE, by="omar", because="and|stay shut")
        assert [kind for kind in story.kinds() if kind == "review.refused/1"] == ["review.refused/1"] * expected
    story.do(report(RISK), by="ada")
    story.refused(DECIDE, by="omar", because="goal-linked")
    assert story.kinds().count("review.refused/1") == 2


def test_names_three_reasons_and_counts_the_others() -> None:
    names = ("risks-assessed", "goal-linked", "structure-recorded", "success-criteria-agreed", "vision-scope-baselined")
    story = called(begun(policy_of(OPEN, *(rule(name, Gate.ENVISIONED) for name in names))))
    with pytest.raises(Refused, match="; and 2 more"):
        story.do(DECIDE, by="omar")


def test_needs_a_reason_where_a_control_warns() -> None:
    story = called(begun(policy_of(OPEN, rule("risks-assessed", Gate.ENVISIONED, severity="warn"))))
    story.rejected(DECIDE, by="omar", because="reason: 1 controls warn")
    assert decide(story, reason="there is no time") == ["review.decided/1", "project.envisioned/1"]
    assert story.last(ReviewDecided).reason == "there is no time"


def test_makes_a_debt_of_what_is_owed() -> None:
    story = called(begun(policy_of(OPEN, rule("risks-assessed", Gate.ENVISIONED, severity="defer", due_within=2))))
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]
    [result] = story.last(ReviewDecided).results
    assert (result.result, result.due and result.due.day) == ("deferred", 7)
    [deferral] = story.project.gates.deferrals
    assert (deferral.control, deferral.gate, deferral.due) == ("risks-assessed", Gate.ENVISIONED, result.due)


def test_records_what_is_only_to_be_recorded() -> None:
    story = called(begun(policy_of(OPEN, rule("risks-assessed", Gate.ENVISIONED, severity="record"))))
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]
    assert [result.result for result in story.last(ReviewDecided).results] == ["unmet"]


def test_opens_each_gate_of_a_joint_review_seen_as_if_the_ones_before_were_passed() -> None:
    gates = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
    policy = policy_of(
        rule("gates-in-order", *gates),
        rule("portfolio-approved", Gate.ENVISIONED),
        joint_reviews=(JointReview(name="start", column="significant", gates=gates),),
    )
    story = called(begun(policy), *gates)
    assert decide(story) == ["review.decided/1", "project.envisioned/1", "project.plan-approved/1"]
    assert story.project.status.next_gate is Gate.BUILD_COMPLETED
    assert story.project.gates.portfolio
    assert [result.at for result in story.last(ReviewDecided).results] == [
        "portfolio",
        "envisioned",
        "envisioned",
        gates[2],
    ]


def test_sets_conditions_that_are_followed_to_their_end() -> None:
    story = ready()
    condition = ConditionSet(id="c1", text="train two people", owner="linus", due=story.now, blocks_gate=Gate.DEPLOYED)
    assert decide(story, outcome="approved-with-conditions", conditions=(condition,))[0] == "review.decided/1"
    known = story.project.gates.conditions["c1"]
    assert (known.owner, known.gate, known.closed) == ("linus", Gate.DEPLOYED, False)


def test_asks_for_conditions_with_that_outcome_and_with_no_other() -> None:
    story = ready()
    condition = ConditionSet(id="c1", text="train two people", owner="linus", due=story.now)
    without = DecideReview(review="r", outcome="approved-with-conditions")
    story.rejected(
        without,
        by="omar",
        because="conditions: the outcome approved-with-conditions needs at least one condition, and approved allows n",
    )
    story.rejected(
        DecideReview(review="r", conditions=(condition,)),
        by="omar",
        because="conditions: the outcome approved-with-conditions needs at least one condition, and approved allows n",
    )


def test_sets_no_condition_longer_than_the_policy_allows() -> None:
    story = called(begun(policy_of(OPEN, Times(column="significant", condition_days=14))))
    late = ConditionSet(id="c1", text="train", owner="linus", due=story.now + timedelta(days=15))
    asked = DecideReview(review="r", outcome="approved-with-conditions", conditions=(late,))
    story.rejected(asked, by="omar", because="conditions: c1 is due later than 14 days from now, the policy's limit")


def seen(story: Story, **more: object) -> DecideReview:
    """What Omar has looked at, with what he knows of it."""
    return DecideReview(review="r", seen=Seen.model_validate({"version": story.project.version, **more}))


def test_goes_on_where_nothing_that_was_seen_has_changed() -> None:
    story = ready()
    now = CommandContext("omar", story.now + timedelta(minutes=10), story.policy, story.rulebook)
    results = digest_of_results(results_at(story.project, story.project.gates.reviews["r"], now))
    digest = evidence_digest(evidence_of(story.project, ENVISIONED))
    asked = seen(story, results_digest=results, evidence_set_digest=digest, policy="small/1")
    assert story.do(asked, by="omar") == ["review.decided/1", "project.envisioned/1"]
    assert ready().do(seen(story), by="omar") == ["review.decided/1", "project.envisioned/1"]


def test_fails_where_what_was_seen_has_changed_and_names_what() -> None:
    story = ready()
    other = "sha256:" + "0" * 64
    story.rejected(
        seen(story, results_digest=other),
        by="omar",
        because="seen: changed since version 7: results; read the current state .why. and decide again",
    )
    story.rejected(
        seen(story, policy="small/2"),
        by="omar",
        because="seen: changed since version 7: policy; read the current state .why. and decide again",
    )
    both = seen(story, results_digest=other, evidence_set_digest=other)
    story.rejected(both, by="omar", because="seen: changed since version 7: results, evidence set")
    digest = evidence_digest(evidence_of(story.project, ENVISIONED))
    looked_at = seen(story, evidence_set_digest=digest)
    vision = VisionScopeBaselined(version=1, document=DOCUMENT, problem="slow")
    story.do(report(vision), by="ada")
    story.rejected(looked_at, by="omar", because="seen: changed since version 7: evidence set")


@pytest.mark.parametrize("outcome", ["returned-for-rework", "deferred", "rejected-and-cancelled"])
def test_needs_a_reason_for_all_but_an_approval(outcome: str) -> None:
    asked = DecideReview.model_validate({"review": "r", "outcome": outcome})
    ready().rejected(asked, by="omar", because=f"reason: the outcome {outcome} needs a reason")


def test_holds_for_as_long_as_the_policy_says() -> None:
    story = called(begun(policy_of(gate(Gate.RELEASE_READY, expires_hours=24))), Gate.RELEASE_READY)
    decide(story)
    passed = story.project.gates.passed(Gate.RELEASE_READY)
    assert passed
    assert passed.valid_until
    assert timedelta(hours=23) < passed.valid_until - story.now < timedelta(hours=24, seconds=1)


def test_rests_on_a_waiver_where_one_was_granted() -> None:
    waivers = WaiverRule(column="significant", granted_by=("sponsor",), longest_days=30)
    story = called(begun(policy_of(OPEN, RISKS, waivers), holds("eve", "sponsor")))
    until = story.now + timedelta(days=20)
    ask = RequestWaiver(
        waiver="w",
        control="risks-assessed",
        gate=Gate.ENVISIONED,
        compensating_measure="watch",
        until=until,
        reason="?",
    )
    story.do(ask, by="ada")
    story.refused(DECIDE, by="omar", because="risks-assessed")
    story.do(DecideWaiver(waiver="w", outcome="granted"), by="eve")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]
    assert [result.result for result in story.last(ReviewDecided).results] == ["waived"]


def test_takes_part_in_a_batch_of_which_all_or_nothing_is_carried_out() -> None:
    story = begun(policy_of(OPEN, RISKS), RISK)
    batch = (
        CallReview(review="r", gates=ENVISIONED),
        DecideReview(review="r", conditions=()),
        DecideReview(review="x"),
    )
    story.rejected(*batch, by="omar", because="review: this project has no review x; open reviews: none")
    assert story.project.gates.reviews == {}
    assert story.do(*batch[:2], by="omar") == ["review.called/1", "review.decided/1", "project.envisioned/1"]


def test_sets_conditions_under_ids_of_their_own() -> None:
    story = called(begun(policy_of()))
    first = ConditionSet(id="c1", text="train", owner="linus", due=story.now + timedelta(days=1))
    other = first.model_copy(update={"owner": "grace"})
    outcome = "approved-with-conditions"
    twice = DecideReview(review="r", outcome=outcome, conditions=(first, other))
    story.rejected(twice, by="omar", because="conditions: the id c1 is already used; give each condition its own id")
    decide(story, outcome=outcome, conditions=(first,))
    called(story, Gate.PLAN_APPROVED, review="next")
    again = DecideReview(review="next", outcome=outcome, conditions=(other,))
    story.rejected(again, by="omar", because="conditions: the id c1 is already used; give each condition its own id")
