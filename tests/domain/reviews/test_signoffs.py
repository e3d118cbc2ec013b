"""Signing."""

from dataclasses import replace

from domain.command import CommandContext
from domain.controls.evidence import evidence_digest, evidence_of
from domain.envision.stakeholders import StakeholderIdentified
from domain.envision.team import RoleAssigned
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import Combination
from domain.portfolio.pauses import ProjectHeld
from domain.reviews.decisions import DecideReview, ReviewDecided
from domain.reviews.fact_reports import report
from domain.reviews.review_call import ReviewCalled
from domain.reviews.signoffs import Answered, GiveSignoff, SignoffGiven, Verdict
from domain.reviews.why_not import why_not
from domain.state.gates import Required
from domain.values import Sealed
from tests.conftest import event_id, history
from tests.domain.openings import CANCELLED, PROPOSED, classified, holds
from tests.domain.reviews.small import (
    ENVISIONED,
    PAST,
    RISK,
    SIGNED,
    begun,
    called,
    decide,
    gate,
    policy_of,
    rule,
    sign,
)
from tests.domain.story import Story

GO = GiveSignoff(review="r")
VOICELESS: tuple[Verdict, ...] = ("withdrawn", "recused")
LAST = gate(Gate.ENVISIONED, "customer", "tester", mode="last-signoff", decided_by=("customer",))


def of_envisioned(story: Story, role: str | None = None) -> str:
    return evidence_digest(evidence_of(story.project, ENVISIONED), role)


def test_says_who_means_what_on_which_evidence_by_which_assignment() -> None:
    story = called(begun(policy_of(SIGNED), RISK))
    story.do(
        GiveSignoff(review="r", meaning="review", answers=(Answered(question="Ready?", answer="Yes"),)), by="grace"
    )
    assert story.last(SignoffGiven) == SignoffGiven(
        review="r",
        role="customer",
        verdict="go",
        meaning="review",
        statement="As customer I sign go for envisioned of p, with the meaning review.",
        answers=(Answered(question="Ready?", answer="Yes"),),
        evidence_set_digest=of_envisioned(story),
        own_evidence_digest=of_envisioned(story, "customer"),
        assignment=event_id(4),
    )


def test_is_for_who_holds_a_role_that_is_asked() -> None:
    story = called(begun(policy_of(SIGNED)))
    story.rejected(
        GO, by="omar", because="review r requires sign-offs by customer, tester; omar does not hold any of these roles"
    )
    story.rejected(
        GiveSignoff(review="r", role="tester"),
        by="grace",
        because="review r requires sign-offs by customer, tester; grace does not hold tester",
    )
    story.rejected(
        GO,
        by="grace",
        role="tester",
        because="review r requires sign-offs by customer, tester; grace does not hold tester",
    )
    nobody = called(begun(policy_of(gate(Gate.ENVISIONED))))
    nobody.rejected(
        GO, by="grace", because="review r requires sign-offs by nobody; grace does not hold any of these roles"
    )


def test_is_done_in_an_open_review_of_a_project_at_work() -> None:
    story = begun(policy_of(SIGNED))
    story.rejected(GO, by="grace", because="review: this project has no review r; open reviews: none")
    called(story, review="s").rejected(GO, by="grace", because="review: this project has no review r; open reviews: s")
    for end, why in (
        (CANCELLED, "cancelled"),
        (ProjectHeld(cause="risk"), "the project is on hold since 2026-01-05; resume it first .resume-project."),
    ):
        over = begun(policy_of(SIGNED), called(begun(policy_of(SIGNED))).last(ReviewCalled), end)
        over.rejected(GO, by="grace", because=why)


def test_stays_quiet_where_the_same_is_said_on_the_same_evidence() -> None:
    story = sign(called(begun(policy_of(SIGNED))), "grace")
    assert story.do(GO, by="grace") == []
    story.do(report(RISK), by="ada")
    assert story.do(GO, by="grace") == ["signoff.given/1"]


def test_counts_the_newest_word_and_none_that_was_taken_back() -> None:
    story = sign(called(begun(policy_of(SIGNED))), "grace", "linus")
    story.do(GiveSignoff(review="r", verdict="withdrawn"), by="grace")
    story.rejected(
        DecideReview(review="r"),
        by="omar",
        because="envisioned: 1 of 2 required sign-offs are given; missing: customer",
    )


def test_is_another_word_with_another_meaning_answer_or_grant() -> None:
    story = sign(called(begun(policy_of(SIGNED))), "grace")
    answer = (Answered(question="Ready?", answer="Yes"),)
    for word in (GiveSignoff(review="r", meaning="acceptance"), GiveSignoff(review="r", answers=answer)):
        assert story.do(word, by="grace") == ["signoff.given/1"]
        assert story.do(word, by="grace") == []
    [again] = history(holds("grace", "customer"))
    story.project.apply(replace(again, id=event_id(77), version=story.project.version + 1))
    assert story.do(word, by="grace") == ["signoff.given/1"]
    assert story.last(SignoffGiven).assignment == event_id(77)


def test_leaves_a_no_go_standing_until_who_said_it_says_otherwise() -> None:
    story = sign(called(begun(policy_of(SIGNED), holds("eve", "tester"))), "grace")
    story.do(GiveSignoff(review="r", verdict="no-go", reason="it fails"), by="linus")
    for verdict in ("go", "withdrawn"):
        story.do(GiveSignoff(review="r", verdict=verdict), by="eve")
        story.rejected(DecideReview(review="r"), by="omar", because="tester signed no-go")
    story.do(GO, by="linus")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


def test_needs_a_reason_to_say_no() -> None:
    story = called(begun(policy_of(SIGNED)))
    story.rejected(
        GiveSignoff(review="r", verdict="no-go"),
        by="grace",
        because="reason: a no-go needs a reason; say what must change for a go",
    )
    sealed = Sealed(sealed="k1", box="xyz")
    assert story.do(GiveSignoff(review="r", verdict="no-go", reason=sealed), by="grace") == ["signoff.given/1"]


def test_fails_where_the_evidence_is_another_than_was_seen() -> None:
    story = called(begun(policy_of(SIGNED), RISK))
    seen = of_envisioned(story)
    story.do(report(RISK.model_copy(update={"probability": 10})), by="ada")
    story.rejected(GiveSignoff(review="r", seen_evidence=seen), by="grace", because="the evidence has changed since")
    assert story.do(GiveSignoff(review="r", seen_evidence=of_envisioned(story)), by="grace") == ["signoff.given/1"]


def test_lapses_when_any_of_the_evidence_changes() -> None:
    policy = policy_of(SIGNED, rule("sign-offs-current", Gate.ENVISIONED))
    story = sign(called(begun(policy)), "grace", "linus")
    story.do(report(RISK), by="ada")
    story.refused(
        DecideReview(review="r"),
        by="omar",
        because="envisioned not passed: sign-offs-current: the evidence has changed since these sign-offs: grace as c",
    )
    sign(story, "grace")
    story.refused(
        DecideReview(review="r"),
        by="omar",
        because="envisioned not passed: sign-offs-current: the evidence has changed since these sign-offs: linus as t",
    )
    sign(story, "linus")
    assert decide(story) == ["review.decided/1", "project.envisioned/1"]


def test_speaks_for_one_party_where_the_review_names_it() -> None:
    base = called(begun(policy_of(SIGNED))).last(ReviewCalled)
    parties = tuple(Required(role="customer", party=party, rule="customer") for party in ("north", "south"))
    bound = tuple(
        RoleAssigned(person=who, role="customer", party=at) for who, at in (("eve", "south"), ("eve", "north"))
    )
    story = begun(policy_of(SIGNED), base.model_copy(update={"required": parties}), *bound)
    story.do(GiveSignoff(review="r", party="south"), by="eve")
    assert (
        story.last(SignoffGiven).statement
        == "As customer for south I sign go for envisioned of p, with the meaning approval."
    )
    assert story.last(SignoffGiven).assignment == event_id(7)
    story.do(GO, by="eve")
    assert (story.last(SignoffGiven).party, story.last(SignoffGiven).assignment) == ("north", event_id(8))


def test_speaks_for_the_party_that_the_signer_is_or_was_named_for_alone() -> None:
    legal = StakeholderIdentified(party="legal", stake="stakeholder", required_at=ENVISIONED)
    named = RoleAssigned(person="lea", role="stakeholder", party="legal")
    deputy = RoleAssigned(person="dora", role="stakeholder", deputy_for=event_id(9))
    policy = policy_of(gate(Gate.ENVISIONED, "stakeholder:*"))
    acts = (legal, holds("eve", "stakeholder"), holds("legal", "stakeholder"), named, deputy)
    other = RoleAssigned(person="paul", role="stakeholder", party="press")
    story = called(begun(policy, *acts, other))
    for_legal = GiveSignoff(review="r", party="legal")
    for who in ("eve", "paul"):
        story.rejected(GO, by=who, because=f"requires sign-offs by stakeholder; {who} does not hold any")
        story.rejected(for_legal, by=who, because=f"{who} does not hold any of these roles to speak for legal")
    [wait] = why_not(story.project, CommandContext("ada", story.now, policy, story.rulebook), Gate.ENVISIONED).waits
    assert (wait.party, wait.people) == ("legal", ("dora", "lea", "legal"))
    for who in wait.people:
        assert "signoff.given/1" in story.do(GO, by=who)


def test_is_given_by_nobody_in_two_opposed_roles_of_a_large_change() -> None:
    opposed = Combination(roles=("tester", "developer"), verdict="N")
    unlikely = Combination(roles=("tester", "peer"), verdict="U")
    policy = policy_of(gate(Gate.ENVISIONED, "tester", "developer", "peer"), combinations=(opposed, unlikely))
    story = called(begun(policy, holds("linus", "developer"), holds("linus", "peer")))
    story.do(GO, by="linus", role="tester")
    as_developer = GiveSignoff(review="r", role="developer", reason="nobody else is there")
    story.rejected(
        as_developer,
        by="linus",
        because="role: linus signed this review as tester; another person must sign as developer",
    )
    assert story.do(GO, by="linus", role="peer") == ["signoff.given/1"]
    for verdict in VOICELESS:
        story.do(GiveSignoff(review="r", role="tester", verdict=verdict), by="linus")
    assert story.do(as_developer, by="linus") == ["signoff.given/1"]


def test_is_given_in_two_opposed_roles_of_a_smaller_change_with_a_reason() -> None:
    opposed = (Combination(roles=("tester", "developer"), verdict="N"),)
    policy = policy_of(gate(Gate.ENVISIONED, "tester", "developer", column="minor"), combinations=opposed)
    story = called(begun(policy, holds("linus", "developer"), past=(PROPOSED, classified("minor"), *PAST[2:])))
    story.do(GO, by="linus", role="tester")
    story.rejected(
        GO, by="linus", because="reason: linus signed this review as tester; give the reason for signing as dev"
    )
    told = GiveSignoff(review="r", role="developer", reason="nobody else is there")
    assert story.do(told, by="linus") == ["signoff.given/1"]


def test_is_given_in_a_body_in_ones_own_seat_alone() -> None:
    story = called(begun(policy_of(gate(Gate.ENVISIONED, "cab:*")), holds("bob", "cab"), holds("carl", "cab")))
    story.do(GO, by="carl")
    assert story.last(SignoffGiven).seat == "carl"
    assert story.do(GO, by="carl") == []


def test_is_given_by_a_deputy_in_the_seat_of_who_they_stand_in_for() -> None:
    deputy = holds("dora", "cab").model_copy(update={"deputy_for": event_id(6)})
    policy = policy_of(gate(Gate.ENVISIONED, "cab:*"))
    story = called(begun(policy, holds("bob", "cab"), deputy))
    story.do(GO, by="dora")
    assert (story.last(SignoffGiven).seat, story.events[-1].who) == ("bob", "dora")
    late = called(begun(policy, holds("bob", "cab")))
    late.project.apply(history(holds("eve", "cab"))[0])
    late.rejected(GO, by="eve", because="review r requires sign-offs by cab; eve does not hold any of these roles")


def test_decides_the_review_with_the_last_sign_off_where_the_policy_has_it_so() -> None:
    story = called(begun(policy_of(LAST)))
    assert story.do(GO, by="grace") == ["signoff.given/1"]
    assert story.do(GO, by="linus") == ["signoff.given/1"]  # a tester may not decide
    story.do(GiveSignoff(review="r", verdict="withdrawn"), by="grace")
    assert story.do(GO, by="grace") == ["signoff.given/1", "review.decided/1", "project.envisioned/1"]


def test_decides_where_who_decides_says_again_what_all_others_have_said_meanwhile() -> None:
    story = called(begun(policy_of(LAST)))
    for who in ("grace", "linus"):
        assert story.do(GO, by=who) == ["signoff.given/1"]
    assert story.do(GO, by="linus") == []
    assert story.do(GO, by="grace") == ["review.decided/1", "project.envisioned/1"]


def test_decides_nothing_with_a_word_that_is_not_go() -> None:
    recorded = LAST.model_copy(update={"no_go": "recorded"})
    story = sign(called(begun(policy_of(recorded))), "linus")
    assert story.do(GiveSignoff(review="r", verdict="abstain"), by="grace") == ["signoff.given/1"]
    no = GiveSignoff(review="r", verdict="no-go", reason="not now")
    assert story.do(no, by="grace") == ["signoff.given/1"]
    assert story.do(no, by="grace") == []


def test_returns_the_review_where_the_last_word_is_against() -> None:
    story = sign(called(begun(policy_of(LAST))), "linus")
    no = GiveSignoff(review="r", verdict="no-go", reason="not what we asked for")
    assert story.do(no, by="grace") == ["signoff.given/1", "review.decided/1", "phase.returned/1"]
    assert (story.last(ReviewDecided).outcome, story.last(ReviewDecided).reason) == (
        "returned-for-rework",
        "not what we asked for",
    )


def test_records_a_refusal_where_the_last_sign_off_finds_a_gate_shut_but_only_once() -> None:
    story = sign(called(begun(policy_of(LAST, rule("risks-assessed", Gate.ENVISIONED)))), "linus")
    assert story.do(GO, by="grace") == ["signoff.given/1", "review.refused/1"]
    assert story.do(GiveSignoff(review="r", meaning="acceptance", verdict="withdrawn"), by="grace") == [
        "signoff.given/1"
    ]
    assert story.do(GO, by="grace") == ["signoff.given/1"]


def test_waits_for_everyone_before_it_decides() -> None:
    two = gate(Gate.ENVISIONED, "customer", mode="last-signoff", minimum=2, decided_by=("customer",))
    story = called(begun(policy_of(two), holds("eve", "customer")))
    assert story.do(GO, by="grace") == ["signoff.given/1"]
    assert story.do(GO, by="eve") == ["signoff.given/1", "review.decided/1", "project.envisioned/1"]


def test_decides_the_request_for_change_with_the_go_review() -> None:
    go = gate(Gate.RELEASE_READY, "cab", mode="last-signoff", decided_by=("cab",))
    rfc = gate("rfc", "cab", mode="last-signoff", decided_by=("cab",), expires_hours=24)
    story = called(begun(policy_of(go, rfc), RfcSubmitted(rfc="c1"), holds("eve", "cab")), Gate.RELEASE_READY)
    kinds = story.do(GO, by="eve")
    assert kinds == ["signoff.given/1", "rfc.decided/1", "review.decided/1", "project.release-ready/1"]
