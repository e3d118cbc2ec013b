"""Policies."""

from typing import get_args

import pytest
from pydantic import ValidationError

from domain.lifecycle import Gate
from domain.policy.policy import CategoryRule, Combination, DisciplineTerms, JointReview, Policy, Question, Times
from domain.portfolio.classification import Answers
from tests.domain.reviews.small import SIGNED, authority, policy_of, rule


@pytest.mark.parametrize(
    ("what", "twice"),
    [
        ("control", {"controls": (rule("risks-assessed"), rule("risks-assessed"))}),
        ("gate", {"gates": (SIGNED, SIGNED)}),
        ("time", {"times": (Times(column="minor"), Times(column="minor"))}),
        ("authority", {"authorities": (authority("hold"), authority("hold"))}),
        ("discipline", {"disciplines": (DisciplineTerms(discipline="d", title="D"),) * 2}),
    ],
)
def test_have_one_rule_for_each_subject(what: str, twice: dict[str, object]) -> None:
    whole = {"name": "p", "version": 1, "controls": (), "gates": (), **twice}
    with pytest.raises(ValidationError, match=f"more than one rule for the {what}"):
        Policy.model_validate(whole)


def test_say_what_one_review_may_decide() -> None:
    gates = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
    policy = policy_of(joint_reviews=(JointReview(name="start", column="minor", gates=gates),))
    assert policy.may_decide_together(gates, "minor")
    assert policy.may_decide_together(gates[1:], "minor")
    assert policy.may_decide_together(gates[:1], "major")
    assert not policy.may_decide_together(gates, "major")
    assert not policy.may_decide_together((Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED), "minor")


def test_say_what_it_means_to_hold_two_roles() -> None:
    policy = policy_of(combinations=(Combination(roles=("developer", "tester"), verdict="N"),))
    assert policy.combination("tester", "developer") == "N"
    assert policy.combination("tester", "customer") is None


def test_ask_nothing_that_nobody_answers() -> None:
    assert get_args(Question) == tuple(Answers.model_fields)
    scale = {"questions": ("data",), "decisive": ("data",), "significant_from": 5, "major_from": 12}
    assert CategoryRule.model_validate(scale).questions == ("data",)
    for named in ("questions", "decisive"):
        with pytest.raises(ValidationError, match=f"{named}.0\n.*'services', 'users'"):
            CategoryRule.model_validate({**scale, named: ("dta",)})


def test_have_answers_where_they_say_nothing() -> None:
    policy = policy_of()
    assert policy.times_of("major") == Times(column="major")
    assert policy.authorities_for("hold", "minor") == ()
    assert policy.waiver("minor") is None
    assert policy.control("risks-assessed") is None
    assert policy.label == "small/1"
