"""Reversing and confirming decisions."""

from domain.envision.team import AssignRole
from domain.lifecycle import Gate, Phase
from domain.planning.rfc_decision import RfcDecided
from domain.policy.policy import Policy
from domain.policy_changes.standard_changes import RegisterStandardChange
from domain.reviews.milestones import PhaseReturned
from domain.reviews.reversals import ConfirmReview, ReverseMilestone, ReverseReview, ReviewReversed
from domain.reviews.standard_change import DeployStandardChange, StartStandardChange
from domain.values import Document
from tests.conftest import rulebook_of
from tests.domain import small_change
from tests.domain.reviews.small import authority, begun, called, decide, policy_of, reached
from tests.domain.story import Story

POLICY = policy_of(authority("reverse", "solution-manager"))
REVERSE = ReverseReview(review="envisioned", reason="the customer has left")


def passed(*gates: Gate) -> Story:
    story = begun(POLICY)
    for gate in gates:
        decide(called(story, gate, review=gate), gate)
    return story


def test_takes_back_the_gates_that_were_opened_and_all_that_followed() -> None:
    story = passed(Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
    decision = story.project.gates.milestones[Gate.ENVISIONED].decision
    assert story.do(REVERSE, by="omar") == ["review.reversed/1", "phase.returned/1"]
    assert story.last(ReviewReversed) == ReviewReversed(
        review="envisioned",
        decision=decision,
        gates_lost=(Gate.ENVISIONED, Gate.PLAN_APPROVED),
        returns_to=Phase.ENVISION,
        reason="the customer has left",
    )
    returned = PhaseReturned(from_phase=Phase.BUILD, to_phase=Phase.ENVISION, cause="reversal", cause_event=decision)
    assert story.last(PhaseReturned) == returned
    gates = story.project.gates
    assert (story.project.status.next_gate, gates.lost) == (Gate.ENVISIONED, {Gate.ENVISIONED, Gate.PLAN_APPROVED})
    assert [known.reversed for known in gates.decisions.values()] == [False, True, True]


def test_takes_back_entry_with_all_that_followed() -> None:
    story = passed(Gate.PORTFOLIO, Gate.ENVISIONED)
    story.do(ReverseReview(review="portfolio", reason="no money"), by="omar")
    assert story.last(ReviewReversed).gates_lost == (Gate.PORTFOLIO, Gate.ENVISIONED)
    assert story.project.status.next_gate is Gate.PORTFOLIO
    alone = passed(Gate.PORTFOLIO)
    alone.do(ReverseReview(review="portfolio", reason="no money"), by="omar")
    assert (alone.last(ReviewReversed).returns_to, alone.project.gates.lost) == (Phase.ENVISION, set())


def test_takes_back_the_end() -> None:
    story = passed(*Gate)
    story.do(ReverseReview(review="deployed", reason="it was never accepted"), by="omar")
    assert story.last(PhaseReturned).from_phase is Phase.DEPLOY
    assert story.project.status.next_gate is Gate.DEPLOYED


def test_lets_the_gate_be_tried_again() -> None:
    story = passed(Gate.PORTFOLIO, Gate.ENVISIONED)
    story.do(REVERSE, by="omar")
    called(story, review="again")
    assert story.project.gates.reviews["again"].attempt == 2
    decide(story, "again")
    assert story.project.gates.lost == set()


def test_reverses_an_approval_once() -> None:
    story = passed(Gate.ENVISIONED)
    story.do(REVERSE, by="omar")
    story.rejected(REVERSE, by="omar", because="review: the decision of envisioned is already reversed")
    story.rejected(
        ReverseReview(review="x", reason="?"), by="omar", because="review: this project has no approval by a review x"
    )
    returned = called(begun(POLICY))
    decide(returned, outcome="returned-for-rework", reason="?")
    returned.rejected(
        ReverseReview(review="r", reason="?"), by="omar", because="review: this project has no approval by a review r"
    )


def test_is_for_the_policys_authority() -> None:
    passed(Gate.ENVISIONED).rejected(
        REVERSE, by="grace", because="only .* may reverse the decision of review envisioned"
    )


def test_confirms_nothing_where_nothing_was_corrected() -> None:
    story = passed(Gate.ENVISIONED)
    assert story.do(ConfirmReview(review="envisioned", reason="looked at"), by="omar") == []
    story.rejected(
        ConfirmReview(review="envisioned", reason="?"),
        by="grace",
        because="only solution-manager may confirm the decision of review envisioned .held by omar.",
    )


def test_takes_back_the_approval_of_the_request_for_change_that_was_given_with_it(policy: Policy) -> None:
    story = small_change.gone(policy)
    assert story.project.facts.latest(RfcDecided, "r1/change-manager")
    story.do(ReverseReview(review="go", reason="it leaks"), by="grace")
    assert story.project.facts.latest(RfcDecided, "r1/change-manager") is None
    assert "breach.recorded/1" in small_change.deploy(story)


def standing(policy: Policy) -> Story:
    """Ada runs a standard change, as far as it goes; Grace manages changes."""
    story = Story(policy, rulebook_of(policy))
    steps = Document(document="steps", title="Steps", digest=small_change.APPROVED)
    template = RegisterStandardChange(
        template="renew", service="web", steps=steps, rollback=steps, checks=("it answers",), proven_by=("p0",)
    )
    story.do(template, by="carl", role="cab")
    story.do(
        StartStandardChange(template="renew", customer="sales"),
        AssignRole(person="grace", role="change-manager"),
        by="ada",
    )
    story.do(DeployStandardChange(candidate=small_change.APPROVED, check="passed"), by="ada")
    return story


def test_takes_back_what_a_standing_approval_has_opened(policy: Policy) -> None:
    story = standing(policy)
    kinds = story.do(ReverseMilestone(gate=Gate.RELEASE_READY, reason="it leaks"), by="grace")
    assert kinds == ["review.reversed/1", "phase.returned/1"]
    assert story.last(ReviewReversed) == ReviewReversed(
        gates_lost=(Gate.RELEASE_READY,), returns_to=Phase.STABILIZE, reason="it leaks"
    )
    returned = PhaseReturned(from_phase=Phase.DEPLOY, to_phase=Phase.STABILIZE, cause="reversal")
    assert story.last(PhaseReturned) == returned
    assert (story.project.status.next_gate, story.project.gates.lost) == (Gate.RELEASE_READY, {Gate.RELEASE_READY})
    assert "breach.recorded/1" in small_change.deploy(story), "what was authorized on it may go no longer"


def test_takes_back_the_standing_approval_of_the_request_for_change_with_the_gates_it_came_with(policy: Policy) -> None:
    story = standing(policy)
    assert list(story.project.facts.parts(RfcDecided)) == ["renew-1/standing"]
    story.do(ReverseMilestone(gate=Gate.PORTFOLIO, reason="it is none of these"), by="grace")
    assert story.last(ReviewReversed).gates_lost == tuple(Gate)[:-1]
    assert story.project.facts.parts(RfcDecided) == {}
    assert story.project.status.next_gate is Gate.PORTFOLIO


def test_takes_back_alone_what_a_standing_approval_has_opened(policy: Policy) -> None:
    story = standing(policy)
    taken = ReverseMilestone(gate=Gate.ENVISIONED, reason="?")
    story.rejected(taken, by="ada", because="only change-manager.* may reverse the gate envisioned .held by grace")
    story.do(taken, by="grace")
    story.rejected(taken, by="grace", because="gate: envisioned is not passed, so it can't be reversed")
    reviewed = passed(Gate.ENVISIONED)
    reviewed.rejected(taken, by="omar", because="gate: envisioned was not passed by a standing approval")
    told = reached(begun(POLICY), Gate.ENVISIONED)
    told.rejected(taken, by="omar", because="it is an imported fact and can't be reversed")
