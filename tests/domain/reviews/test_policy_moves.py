"""Moving a project to another policy."""

from domain.lifecycle import Gate
from domain.policy.policy import Policy
from domain.policy_changes.adoption import PolicyAdopted
from domain.reviews.policy_moves import MoveProjectPolicy, ProjectPolicyMoved
from domain.reviews.review_call import CallReview
from tests.conftest import START, history
from tests.domain.openings import CANCELLED, holds
from tests.domain.reviews.small import ENVISIONED, RISK, authority, begun, called, decide, gate, policy_of, rule
from tests.domain.story import Story

MAY = authority("move-policy", "solution-manager")
OLD = policy_of(MAY, team_roles=("tester",))
NEW = policy_of(MAY, rule("risks-assessed", Gate.PORTFOLIO), gate(Gate.PORTFOLIO, "tester")).model_copy(
    update={"version": 2}
)
MOVE = MoveProjectPolicy(policy="small/2", reason="the new rules are clearer")


def adopt(story: Story, policy: Policy) -> Story:
    adopted = PolicyAdopted(policy=policy, effective_from=START, proposed_by="a", approved_by=("b",))
    story.rulebook.apply(history(adopted, stream="policy-small")[0])
    return story


def test_tells_how_the_next_gate_stands_under_both() -> None:
    story = adopt(begun(OLD), NEW)
    assert story.do(MOVE, by="omar") == ["project.policy-moved/1"]
    moved = story.last(ProjectPolicyMoved)
    assert (moved.previous_policy, moved.new_policy, moved.gate) == ("small/1", "small/2", Gate.PORTFOLIO)
    assert (moved.blocked_before, moved.blocked_after) == (0, 1)
    assert moved.results_before != moved.results_after
    assert moved.reason == "the new rules are clearer"
    assert story.do(MOVE, by="omar") == []


def test_holds_the_project_to_the_new_rules_at_once() -> None:
    story = adopt(begun(OLD), NEW)
    batch = (MOVE, CallReview(review="r", gates=(Gate.PORTFOLIO,)))
    assert story.do(*batch, by="omar") == ["project.policy-moved/1", "review.called/1"]
    assert [required.role for required in story.project.gates.reviews["r"].required] == ["tester"]
    assert story.events[-1].policy == "small/2"


def test_is_for_the_policys_authority_and_for_nobody_of_the_team() -> None:
    adopt(begun(OLD), NEW).rejected(
        MOVE, by="grace", because="only solution-man.* may move a project to another policy"
    )
    inside = adopt(begun(OLD, holds("omar", "tester")), NEW)
    inside.rejected(
        MOVE,
        by="omar",
        because="omar is tester of this project; a person outside the team must move it to another policy",
    )


def test_goes_to_a_policy_that_was_adopted() -> None:
    begun(OLD).rejected(MOVE, by="omar", because="policy: small/2 is not adopted; choose one of small/1")


def test_waits_until_no_review_is_open() -> None:
    story = called(adopt(begun(OLD), NEW))
    story.rejected(MOVE, by="omar", because="review r is open under small/1; decide or withdraw it first")
    decide(story)
    assert story.do(MOVE, by="omar") == ["project.policy-moved/1"]


def test_is_of_a_project_that_is_alive() -> None:
    adopt(begun(OLD, CANCELLED), NEW).rejected(MOVE, by="omar", because="cancelled")


def test_looks_at_no_gate_once_all_are_passed() -> None:
    story = begun(OLD, RISK)
    for each in Gate:
        decide(called(story, each, review=each), each)
    adopt(story, NEW).do(MOVE, by="omar")
    moved = story.last(ProjectPolicyMoved)
    assert (moved.gate, moved.blocked_after, moved.results_before == moved.results_after) == (None, 0, True)
    assert story.project.gates.passed(ENVISIONED[0])
