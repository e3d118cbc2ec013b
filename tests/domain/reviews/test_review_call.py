"""Calling a review."""

from datetime import timedelta

import pytest

from domain.controls.evidence import evidence_digest, evidence_of
from domain.envision.stakeholders import StakeholderIdentified
from domain.envision.team import RoleReleased
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import JointReview
from domain.policy_changes.adoption import PolicyAdopted
from domain.portfolio.pauses import ProjectHeld
from domain.reviews.fact_reports import report
from domain.reviews.reversals import ReverseReview
from domain.reviews.review_call import MOST_SIGNERS, CallReview, ReviewCalled, WithdrawReview
from domain.reviews.signoffs import GiveSignoff
from domain.state.gates import Required
from tests.conftest import START, event_id, history
from tests.domain.openings import CANCELLED, PROPOSED, classified, holds
from tests.domain.reviews.small import (
    ENVISIONED,
    PAST,
    RISK,
    SIGNED,
    authority,
    begun,
    called,
    decide,
    gate,
    policy_of,
    sign,
)

CALL = CallReview(review="r", gates=ENVISIONED)
TWO = (Gate.ENVISIONED, Gate.PLAN_APPROVED)
JOINT = (JointReview(name="both", column="significant", gates=TWO),)


def test_puts_the_evidence_before_those_who_sign_and_decide() -> None:
    story = begun(policy_of(SIGNED), RISK)
    story.do(CallReview(review="r", gates=ENVISIONED, questions=("Is it worth it?",), due=START), by="ada")
    evidence = evidence_of(story.project, ENVISIONED)
    assert story.last(ReviewCalled) == ReviewCalled(
        review="r",
        gates=ENVISIONED,
        attempt=1,
        questions=("Is it worth it?",),
        required=(Required(role="customer", rule="customer"), Required(role="tester", rule="tester")),
        evidence=evidence,
        evidence_set_digest=evidence_digest(evidence),
        decided_by=("solution-manager",),
        due=START,
    )
    assert [each.item for each in evidence] == ["risk.assessed/1"]


def test_is_for_a_project_at_work() -> None:
    policy = policy_of(SIGNED)
    empty = begun(policy, past=(holds("omar", "solution-manager"),))
    empty.rejected(CALL, by="ada", because="there is no project with this key; propose it first .propose-project.")
    begun(policy, CANCELLED).rejected(CALL, by="ada", because="the project is cancelled")
    begun(policy, ProjectHeld(cause="funding")).rejected(
        CALL, by="ada", because="the project is on hold since 2026-01-05; resume it first .resume-project."
    )


def test_has_an_id_of_its_own() -> None:
    called(begun(policy_of(SIGNED))).rejected(
        CALL, by="ada", because="review: the id r is already used; choose another id"
    )


def test_is_one_at_a_time_over_a_gate() -> None:
    again = CallReview(review="s", gates=ENVISIONED)
    called(begun(policy_of(SIGNED))).rejected(
        again, by="ada", because="gates: review r of envisioned is open; decide or withdraw it first"
    )


def test_is_not_called_over_a_gate_that_is_passed() -> None:
    story = called(begun(policy_of(gate(Gate.PORTFOLIO))), Gate.PORTFOLIO)
    decide(story)
    story.rejected(
        CallReview(review="s", gates=(Gate.PORTFOLIO,)), by="ada", because="gates: portfolio is already passed"
    )


@pytest.mark.parametrize("gates", [(Gate.ENVISIONED, Gate.BUILD_COMPLETED), (Gate.PLAN_APPROVED, Gate.ENVISIONED)])
def test_takes_adjacent_gates_in_their_order(gates: tuple[Gate, ...]) -> None:
    begun(policy_of()).rejected(
        CallReview(review="r", gates=gates),
        by="ada",
        because="gates: the gates of one review must be adjacent and in this order: portfolio, envisioned, plan-appro",
    )


def test_takes_together_what_the_policy_lets_be_decided_together() -> None:
    both = CallReview(review="r", gates=TWO)
    begun(policy_of()).rejected(both, by="ada", because="gates: a review of a significant change can decide one gate")
    joint = begun(policy_of(SIGNED, gate(Gate.PLAN_APPROVED, "customer", "developer"), joint_reviews=JOINT))
    joint.do(both, by="ada")
    assert [required.role for required in joint.last(ReviewCalled).required] == ["customer", "tester", "developer"]
    three = CallReview(review="s", gates=(*TWO, Gate.BUILD_COMPLETED))
    other = begun(policy_of(joint_reviews=JOINT))
    other.rejected(three, by="ada", because=r"or envisioned \+ plan-approved together")


def test_is_not_needed_where_a_standing_approval_opens_the_gate() -> None:
    standing = policy_of(gate(Gate.ENVISIONED, mode="standing"))
    begun(standing).rejected(CALL, by="ada", because="by standing approval")
    other_column = begun(policy_of(SIGNED), past=(PROPOSED, classified("minor")))
    other_column.rejected(
        CALL, by="ada", because="gates: minor changes pass envisioned by standing approval; no review is needed"
    )


def test_asks_a_role_where_it_is_assigned_and_one_of_several() -> None:
    policy = policy_of(gate(Gate.ENVISIONED, "architect?", "tester?", "sponsor|tester", "sponsor|executive"))
    story = called(begun(policy))
    assert [required.role for required in story.last(ReviewCalled).required] == ["tester", "sponsor"]


def test_asks_every_team_role_that_is_assigned() -> None:
    policy = policy_of(gate(Gate.ENVISIONED, "team:*"), team_roles=("developer", "tester"))
    assert [r.role for r in called(begun(policy)).last(ReviewCalled).required] == ["tester"]


def test_asks_each_stakeholder_who_is_required_at_the_gate() -> None:
    asked = StakeholderIdentified(party="legal", stake="stakeholder", required_at=ENVISIONED)
    later = StakeholderIdentified(party="press", stake="stakeholder", required_at=(Gate.DEPLOYED,))
    customer = StakeholderIdentified(party="sales", stake="customer", required_at=ENVISIONED)
    story = called(begun(policy_of(gate(Gate.ENVISIONED, "stakeholder:*")), asked, later, customer))
    assert story.last(ReviewCalled).required == (Required(role="stakeholder", party="legal", rule="stakeholder:*"),)


def test_gives_each_member_of_a_body_a_seat_and_none_to_their_deputies() -> None:
    policy = policy_of(gate(Gate.ENVISIONED, "cab:*"))
    deputy = holds("dora", "cab").model_copy(update={"deputy_for": event_id(6)})
    story = called(begun(policy, holds("bob", "cab"), holds("carl", "cab"), deputy))
    assert [required.seat for required in story.last(ReviewCalled).required] == ["bob", "carl"]
    orphaned = called(begun(policy, holds("bob", "cab"), deputy, RoleReleased(assignment=event_id(6))))
    assert [required.seat for required in orphaned.last(ReviewCalled).required] == ["dora"]


@pytest.mark.parametrize("asked", [MOST_SIGNERS, MOST_SIGNERS + 1])
def test_asks_no_more_people_than_stand_in_one_event(asked: int) -> None:
    long = "x" * 58
    parties = (
        StakeholderIdentified(party=f"{n:05}{long}", stake="stakeholder", required_at=ENVISIONED) for n in range(asked)
    )
    story = begun(policy_of(gate(Gate.ENVISIONED, "stakeholder:*")), *parties)
    if asked > MOST_SIGNERS:
        story.rejected(CALL, by="ada", because="gates: 201 sign-offs would be required, the limit is 200")
    else:
        assert story.do(CALL, by="ada") == ["review.called/1"]


def test_waits_for_a_body_that_has_no_members() -> None:
    story = called(begun(policy_of(gate(Gate.ENVISIONED, "cab:*"))))
    assert story.last(ReviewCalled).required == (Required(role="cab", rule="cab:*"),)


def test_includes_the_request_for_change_where_one_sign_off_decides_both() -> None:
    go = gate(Gate.RELEASE_READY, "tester", mode="last-signoff")
    rfc = gate("rfc", "change-manager", mode="last-signoff", decided_by=("change-manager",))
    story = called(begun(policy_of(go, rfc), RfcSubmitted(rfc="c1")), Gate.RELEASE_READY)
    assert [required.role for required in story.last(ReviewCalled).required] == ["tester", "change-manager"]
    none_yet = called(begun(policy_of(go, rfc)), Gate.RELEASE_READY)
    assert [required.role for required in none_yet.last(ReviewCalled).required] == ["tester"]


def test_carries_what_was_signed_on_the_same_evidence_into_the_next_attempt() -> None:
    story = sign(called(begun(policy_of(SIGNED))), "grace")
    story.do(WithdrawReview(review="r"), by="ada")
    called(story, review="s")
    assert story.last(ReviewCalled).attempt == 2
    assert story.last(ReviewCalled).carried_signoffs == (event_id(7),)
    carried = story.project.gates.reviews["s"].signoffs
    assert [(signoff.person, signoff.carried) for signoff in carried] == [("grace", True)]


def test_carries_nothing_that_was_signed_on_other_evidence_or_in_a_role_that_ended() -> None:
    story = sign(called(begun(policy_of(SIGNED))), "grace", "linus")
    story.do(WithdrawReview(review="r"), by="ada")
    story.do(report(RISK), by="ada")  # the customer answers for risks, the tester doesn't
    called(story, review="s")
    assert [signoff.role for signoff in story.project.gates.reviews["s"].signoffs] == ["tester"]
    ended = sign(called(begun(policy_of(SIGNED))), "grace")
    ended.do(WithdrawReview(review="r"), by="ada")
    [released] = history(RoleReleased(assignment=event_id(4)))
    ended.project.apply(released)
    called(ended, review="s")
    assert ended.last(ReviewCalled).carried_signoffs == ()


def test_carries_no_go_that_was_taken_back_or_followed_by_another_word() -> None:
    story = sign(called(begun(policy_of(SIGNED))), "grace", "linus")
    story.do(GiveSignoff(review="r", verdict="withdrawn"), by="grace")
    story.do(GiveSignoff(review="r", verdict="no-go", reason="it leaks"), by="linus")
    story.do(WithdrawReview(review="r"), by="ada")
    assert called(story, review="s").last(ReviewCalled).carried_signoffs == ()


def test_asks_who_decides_by_signing_anew_so_that_the_last_sign_off_still_decides() -> None:
    by_customer = gate(Gate.ENVISIONED, "customer", "tester", mode="last-signoff", decided_by=("customer",))
    story = sign(called(begun(policy_of(by_customer))), "grace")
    story.do(WithdrawReview(review="r"), by="ada")
    assert called(story, review="s").last(ReviewCalled).carried_signoffs == ()
    sign(story, "linus", review="s")
    story.do(WithdrawReview(review="s"), by="ada")
    called(story, review="t")
    assert [signoff.role for signoff in story.project.gates.reviews["t"].signoffs] == ["tester"]
    assert "review.decided/1" in story.do(GiveSignoff(review="t"), by="grace")


def test_carries_nothing_from_an_attempt_whose_decision_was_reversed() -> None:
    story = sign(called(begun(policy_of(SIGNED, authority("reverse", "solution-manager")))), "grace", "linus")
    decide(story)
    story.do(ReverseReview(review="r", reason="it leaks"), by="omar")
    assert called(story, review="s").last(ReviewCalled).carried_signoffs == ()


def test_is_withdrawn_by_who_called_it_or_decides_it() -> None:
    story = called(begun(policy_of(SIGNED)))
    story.rejected(
        WithdrawReview(review="r"),
        by="grace",
        because="only solution-manager may withdraw a review that ada called .held by omar.",
    )
    story.rejected(
        WithdrawReview(review="r"),
        by="grace",
        role="solution-manager",
        because="only solution-manager may withdraw a review that ada called .held by omar.",
    )
    story.do(WithdrawReview(review="r", reason="too early"), by="omar", role="solution-manager")
    assert story.project.gates.reviews["r"].outcome == "withdrawn"
    story.rejected(
        WithdrawReview(review="r"),
        by="ada",
        because="review: r is closed with the outcome withdrawn; call a new review",
    )
    story.rejected(
        WithdrawReview(review="s"), by="ada", because="review: this project has no review s; open reviews: none"
    )


def test_moves_an_open_project_first_where_newer_rules_hold_from_its_next_gate_on() -> None:
    policy = policy_of(SIGNED, authority("reverse"))
    newer = policy_of(gate(Gate.ENVISIONED, "tester")).model_copy(update={"version": 2})
    story = begun(policy)
    adopted = PolicyAdopted(
        policy=newer, effective_from=START, applies="open-at-next-gate", proposed_by="a", approved_by=("b",)
    )
    story.rulebook.apply(history(adopted, stream="policy-small")[0])
    assert story.do(CALL, by="ada") == ["project.policy-moved/1", "review.called/1"]
    assert [required.role for required in story.last(ReviewCalled).required] == ["tester"]
    assert story.events[-1].policy == "small/2"
    assert story.do(WithdrawReview(review="r"), by="ada", after=timedelta(hours=1)) == ["review.withdrawn/1"]
    assert story.do(CallReview(review="s", gates=ENVISIONED), by="ada") == ["review.called/1"]


def test_stays_under_the_rules_that_it_was_opened_under_where_newer_ones_are_for_new_projects() -> None:
    story = begun(policy_of(SIGNED))
    newer = policy_of().model_copy(update={"version": 2})
    adopted = PolicyAdopted(policy=newer, effective_from=START, proposed_by="a", approved_by=("b",))
    story.rulebook.apply(history(adopted, stream="policy-small")[0])
    assert story.do(CALL, by="ada") == ["review.called/1"]


def test_says_who_puts_the_evidence_forward() -> None:
    submitted = ReviewCalled(
        review="r",
        gates=ENVISIONED,
        attempt=1,
        required=(),
        evidence=(),
        evidence_set_digest=evidence_digest(()),
        decided_by=("solution-manager",),
        submitted_by="grace",
    )
    assert begun(policy_of(), submitted, past=PAST).project.gates.reviews["r"].called_by == "grace"
