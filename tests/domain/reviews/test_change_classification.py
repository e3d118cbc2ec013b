"""Classifying, with what is checked where a category is lowered."""

from domain.commands import commands
from domain.envision.team import AssignRole
from domain.lifecycle import Act, Gate
from domain.policy.policy import CategoryRule, Policy
from domain.portfolio.classification import ChangeClassified
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.decisions import DecideReview
from domain.reviews.milestones import ProjectEnvisioned
from domain.reviews.review_call import CallReview, WithdrawReview
from domain.reviews.signoffs import GiveSignoff
from tests.domain import small_change
from tests.domain.openings import PROPOSED, answers, classified, holds
from tests.domain.reviews.small import authority, begun, called, decide, policy_of, rule

SCALE = CategoryRule(questions=("data", "users"), decisive=("data",), significant_from=2, major_from=6)
PAST = (PROPOSED, classified("significant", authority="cab"), holds("carl", "cab"), holds("carl", "developer"))
LOWER = ClassifyChange(answers=answers(), reason="smaller than we thought")
RULES = (authority("lower", "cab"), authority("classify", "cab"))


def test_is_the_command_that_is_given() -> None:
    assert commands()["classify-change"] is ClassifyChange
    assert ClassifyChange.__doc__


def test_lowers_where_every_control_over_it_is_met() -> None:
    story = begun(policy_of(*RULES, rule("category-classified", Act.LOWERING), category=SCALE), past=PAST)
    assert story.do(LOWER, by="carl", role="cab") == ["change.classified/1"]
    assert story.last(ChangeClassified).lowers


def test_does_not_lower_while_a_control_over_it_is_unmet() -> None:
    unmet = rule("accountable-named", Act.LOWERING).model_dump() | {"severity": {"minor": "block"}}
    strict = type(rule("accountable-named")).model_validate(unmet)
    story = begun(policy_of(*RULES, strict, category=SCALE), past=PAST)
    story.rejected(LOWER, by="carl", role="cab", because="accountable-named: ")
    assert story.project.entry.category == "significant"


def test_asks_nothing_more_where_a_category_is_raised() -> None:
    strict = rule("accountable-named", Act.LOWERING)
    story = begun(policy_of(*RULES, strict, category=SCALE), past=PAST)
    assert story.do(ClassifyChange(answers=answers(data=3)), by="carl", role="cab") == ["change.classified/1"]


MORE = ClassifyChange(answers=answers(data=3), reason="it moves data")


def test_makes_a_review_that_was_called_before_be_called_again(policy: Policy) -> None:
    story = small_change.proposed(policy)
    story.do(CallReview(review="start", gates=small_change.BEGIN), by="omar")
    story.do(AssignRole(person="carl", role="cab"), by="omar", role="solution-manager")
    story.do(MORE, by="carl")
    because = "review start was called for a minor change, which is now major; withdraw it and call it again"
    story.rejected(GiveSignoff(review="start"), by="grace", because=because)
    story.rejected(DecideReview(review="start"), by="grace", because=because)
    assert story.do(WithdrawReview(review="start"), by="omar") == ["review.withdrawn/1"]


def test_ends_the_standing_approval_of_what_is_no_standard_change_any_more() -> None:
    standing = ProjectEnvisioned(basis="standing", attempt=1)
    gates = (rule("gates-in-order", Gate.PLAN_APPROVED),)
    story = called(begun(policy_of(*gates), standing), Gate.PLAN_APPROVED)
    why = "passed by a standing approval that no longer applies: envisioned; call a review"
    story.refused(DecideReview(review="r"), by="omar", because=why)
    called(story, Gate.ENVISIONED, review="anew")
    assert decide(story, "anew") == ["review.decided/1", "project.envisioned/1"]
    assert decide(story) == ["review.decided/1", "project.plan-approved/1"]
