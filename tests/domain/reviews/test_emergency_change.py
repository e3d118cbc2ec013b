"""The emergency's way."""

from datetime import timedelta
from typing import Any

import pytest

from domain.command import CommandContext
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import Policy
from domain.policy_changes.adoption import PolicyAdopted
from domain.portfolio.classification import ChangeClassified
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.decisions import ReviewDecided
from domain.reviews.emergency_change import ApproveEmergencyChange
from domain.reviews.review_call import ReviewCalled
from domain.reviews.why_not import why_not
from tests.conftest import START, by, history
from tests.domain import small_change
from tests.domain.openings import PROPOSED, answers, holds
from tests.domain.reviews.small import PAST, begun
from tests.domain.story import Story

FIX = ApproveEmergencyChange(reason="every minute costs")
HOUR = timedelta(hours=1)
OPENED = [
    "project.envisioned/1",
    "project.plan-approved/1",
    "project.build-completed/1",
    "project.release-ready/1",
]


def begins(policy: Policy, *more: Any, data: int = 0) -> Story:
    urgent = ChangeClassified(
        category="minor", priority="emergency", answers=answers(data=data), score=data, harm="no mail", authority="cab"
    )
    team = (holds("omar", "solution-manager"), holds("omar", "program-manager"), holds("grace", "emergency-committee"))
    return begun(policy, *more, past=(PROPOSED, by("paul")(urgent), *team, by("ada")(RfcSubmitted(rfc="c1"))))


def test_opens_every_gate_up_to_the_release_and_owes_the_rest(policy: Policy) -> None:
    story = begins(policy)
    kinds = story.do(FIX, by="grace", role="emergency-committee")
    assert kinds == ["review.called/1", "signoff.given/1", "rfc.decided/1", "review.decided/1", *OPENED]
    assert story.last(ReviewCalled).submitted_by == "ada"
    assert story.last(ReviewDecided).reason == "every minute costs"
    deferred = {deferral.control for deferral in story.project.gates.deferrals}
    assert {"portfolio-approved", "acceptance-tested", "operations-ready"} <= deferred
    story.rejected(
        FIX, by="grace", because="every gate up to release-ready is already passed; authorize the deployment next"
    )


def test_is_for_a_member_of_the_committee(policy: Policy) -> None:
    begins(policy).rejected(FIX, by="omar", because="review fix-now requires sign-offs by emergency-committee")


def test_is_for_an_emergency(policy: Policy) -> None:
    begun(policy, past=PAST).rejected(
        FIX,
        by="grace",
        because="this change is not classified as an emergency; call its reviews one by one .call-review.",
    )


@pytest.mark.parametrize("role", ["developer"])
def test_stays_shut_for_a_member_who_implements_it(policy: Policy, role: str) -> None:
    story = begins(policy, holds("grace", role))
    assert story.do(FIX, by="grace", role="emergency-committee")[-1] == "review.refused/1"
    assert story.project.gates.passed(Gate.RELEASE_READY) is None


def test_takes_two_members_where_data_or_money_can_be_lost(policy: Policy) -> None:
    story = begins(policy, holds("eve", "emergency-committee"), data=3)
    assert story.do(FIX, by="grace", role="emergency-committee") == ["review.called/1", "signoff.given/1"]
    assert story.do(FIX, by="grace", role="emergency-committee") == []
    kinds = story.do(FIX, by="eve", role="emergency-committee")
    assert kinds == ["signoff.given/1", "rfc.decided/1", "review.decided/1", *OPENED]
    assert story.last(ReviewDecided).tally.go == 2


def test_is_decided_under_the_policy_that_calling_it_moved_the_project_to(policy: Policy) -> None:
    story = begins(policy)
    shorter = tuple(rule.model_copy(update={"expires_hours": 1}) for rule in policy.gates)
    newer = policy.model_copy(update={"version": 2, "gates": shorter})
    adopted = PolicyAdopted(
        policy=newer, effective_from=START, applies="open-at-next-gate", proposed_by="a", approved_by=("b",)
    )
    story.rulebook.apply(history(adopted, stream="policy-default")[0])
    kinds = story.do(FIX, by="grace", role="emergency-committee")
    assert kinds[:2] == ["project.policy-moved/1", "review.called/1"]
    decided = story.last(ReviewDecided)
    assert (decided.policy, decided.valid_until) == ("default/2", story.events[-1].time.replace(microsecond=0) + HOUR)


def test_is_left_or_entered_by_authority_and_never_by_the_requester_alone(policy: Policy) -> None:
    calm = ClassifyChange(answers=answers(), priority="medium", reason="it is calm again")
    urgent = ClassifyChange(answers=answers(), priority="emergency", harm="no mail")
    story = small_change.proposed(policy, priority="emergency", harm="no mail")
    story.rejected(calm, by="ada", because="ada asked for this change; another person must reclassify it")
    assert story.do(calm, by="grace") == ["change.classified/1"]
    before = small_change.proposed(policy)
    before.rejected(urgent, by="ada", because="ada asked for this change; another person must reclassify it")
    before.rejected(urgent, by="linus", because="only .* may reclassify this change")


def test_leaves_its_debts_to_be_paid_in_every_column(policy: Policy) -> None:
    story = begins(policy, holds("chen", "change-manager"))
    story.do(FIX, by="grace", role="emergency-committee")
    calm = ClassifyChange(answers=answers(), priority="medium", reason="it is calm again")
    story.do(calm, by="chen")
    assert story.project.column == "minor"
    at_the_end = CommandContext("chen", story.now, policy, story.rulebook)
    shut = {each.result.control for each in why_not(story.project, at_the_end, Gate.DEPLOYED).shut}
    assert {"deferrals-met", "gates-in-order"} <= shut
