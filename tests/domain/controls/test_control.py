"""The catalogue of controls."""

import pytest

from domain.commands import commands
from domain.controls.control import Control, EvaluationContext, Finding, control, controls, met
from domain.controls.objectives import COMPLIANCE, OBJECTIVES
from domain.policy.policy import Policy

EVERY = pytest.mark.parametrize("known", controls().values(), ids=list(controls()))


@EVERY
def test_says_what_it_asks_why_and_on_what_authority(known: Control) -> None:
    assert known.question.endswith("?")
    assert known.risk
    assert known.warrant
    assert known.objective in OBJECTIVES


@EVERY
def test_names_roles_that_the_policy_knows_and_commands_that_there_are(known: Control, policy: Policy) -> None:
    assert known.met_by
    assert set(known.met_by) <= set(policy.roles)
    assert known.met_with
    assert set(known.met_with) <= commands().keys()


def test_guards_every_objective() -> None:
    assert {known.objective for known in controls().values()} == set(OBJECTIVES)


def test_has_each_name_once() -> None:
    def check(context: EvaluationContext) -> Finding:
        return met("so it is")

    described = control(
        "gates-in-order", question="Again?", objective=COMPLIANCE, risk="two", warrant="none", by=("cab",), use=("go",)
    )
    with pytest.raises(TypeError, match="two controls are called 'gates-in-order'"):
        described(check)
