"""Standard changes."""

from datetime import timedelta
from typing import Any

import pytest

from domain.command import Rejected
from domain.policy.policy import Policy
from domain.policy_changes.standard_changes import (
    RegisterStandardChange,
    StandardChangeRegistered,
    StandardChangeSuspended,
    StandardChangeUsed,
    SuspendStandardChange,
)
from tests.conftest import START, by
from tests.domain.openings import DOCUMENT
from tests.domain.policy_changes.rulings import ASKED, book, follows

REGISTER = RegisterStandardChange(
    template="renew", service="web", steps=DOCUMENT, checks=("it answers",), proven_by=("p0",), reason="known"
)
REGISTERED = StandardChangeRegistered(
    template="renew",
    template_version=1,
    service="web",
    steps=DOCUMENT,
    checks=("it answers",),
    proven_by=("p0",),
    valid_until=ASKED + timedelta(days=365),
    uses=2,
    failure_rate=500,
    per_month=None,
    approved_by="cab",
)
SUSPEND = SuspendStandardChange(template="renew", cause="scope", reason="it grew")


def used(project: str, outcome: str = "started", **act: Any) -> Any:
    told = StandardChangeUsed.model_validate({"template": "renew", "project": project, "outcome": outcome})
    return by("ada", **act)(told)


def test_are_registered_with_the_limits_of_the_policy(policy: Policy) -> None:
    [told] = follows(book(policy), policy, REGISTER)
    limits = policy.templates
    more = {"uses": limits.uses, "failure_rate": limits.failure_rate, "reason": "known"}
    assert told == REGISTERED.model_copy(update=more)


def test_are_proven_by_what_their_registrar_says(policy: Policy) -> None:
    """A policy's stream knows of no project but those that ran on a template: nobody promises that it was looked up."""
    [told] = follows(book(policy), policy, REGISTER.model_copy(update={"proven_by": ("never-seen",)}))
    assert isinstance(told, StandardChangeRegistered)
    assert told.proven_by == ("never-seen",)


def test_are_registered_anew_as_the_next_version_which_ends_a_suspension(policy: Policy) -> None:
    rulebook = book(policy, REGISTERED, StandardChangeSuspended(template="renew", cause="scope"))
    [told] = follows(rulebook, policy, REGISTER)
    assert isinstance(told, StandardChangeRegistered)
    assert told.template_version == 2
    assert rulebook.templates["renew"].suspended is None


@pytest.mark.parametrize("command", [REGISTER, SUSPEND])
@pytest.mark.parametrize("role", [None, "change-manager"])
def test_are_for_the_keepers_of_the_policy(policy: Policy, command: Any, role: str | None) -> None:
    with pytest.raises(Rejected, match=r"only cab may .* a standard change by this policy; act in that role"):
        follows(book(policy, REGISTERED), policy, command, role)


def test_are_suspended_once(policy: Policy) -> None:
    rulebook = book(policy, REGISTERED)
    assert follows(rulebook, policy, SUSPEND) == [
        StandardChangeSuspended(template="renew", cause="scope", reason="it grew")
    ]
    assert follows(rulebook, policy, SUSPEND) == []
    with pytest.raises(Rejected, match="template: standard change renew is not registered"):
        follows(book(policy), policy, SUSPEND)


@pytest.mark.parametrize(
    ("acts", "why"),
    [
        ((), None),
        ((used("p1"),), None),
        ((StandardChangeSuspended(template="renew", cause="no-go"),), "it is suspended (no-go)"),
        ((used("p1"), used("p2")), "all its 2 allowed uses are used"),
        ((used("p1"), used("p1", "failed")), "1 of its last 1 uses failed"),
    ],
)
def test_are_used_within_their_limits(policy: Policy, acts: tuple[Any, ...], why: str | None) -> None:
    assert book(policy, REGISTERED, *acts).templates["renew"].unusable(ASKED, 20) == why


def test_are_used_only_so_often_in_a_month(policy: Policy) -> None:
    monthly = REGISTERED.model_copy(update={"per_month": 1, "uses": 9})
    template = book(policy, monthly, used("p1", at=START)).templates["renew"]
    assert template.unusable(ASKED, 20) == "all its 1 allowed uses of this month are used"
    assert template.unusable(ASKED + timedelta(days=31), 20) is None


def test_end_by_themselves(policy: Policy) -> None:
    template = book(policy, REGISTERED).templates["renew"]
    assert template.unusable(REGISTERED.valid_until, 20) == "it expired on 2027-01-06"


def test_forget_failures_that_lie_further_back_than_are_counted(policy: Policy) -> None:
    acts = [act for n in range(3) for act in (used(f"p{n}"), used(f"p{n}", "succeeded" if n else "failed"))]
    template = book(policy, REGISTERED.model_copy(update={"uses": 9, "failure_rate": 50}), *acts).templates["renew"]
    assert template.unusable(ASKED, 3) == "1 of its last 3 uses failed"
    assert template.unusable(ASKED, 2) is None
