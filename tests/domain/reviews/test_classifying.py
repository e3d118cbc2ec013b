"""Classifying, with what is checked where a category is lowered."""

from domain.commands import commands
from domain.lifecycle import Act
from domain.policy import CategoryRule
from domain.portfolio.classification import ChangeClassified
from domain.reviews.classifying import ClassifyChange
from tests.domain.openings import PROPOSED, answers, classified, holds
from tests.domain.reviews.small import authority, begun, policy_of, rule

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
