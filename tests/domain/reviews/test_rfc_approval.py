"""The decision over a request for change."""

from datetime import timedelta
from typing import Any

import pytest

from domain.lifecycle import Act
from domain.planning.rfc import RfcSubmitted
from domain.planning.rfc_decision import RfcDecided, Votes
from domain.policy.policy import Policy
from domain.portfolio.classification import ChangeClassified
from domain.portfolio.pauses import ProjectHeld
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.fact_reports import report
from domain.reviews.rfc_approval import DecideRfc
from tests.conftest import by
from tests.domain.openings import answers, classified, holds
from tests.domain.reviews.small import begun, gate, policy_of, rule
from tests.domain.story import Story

RFC = RfcSubmitted(rfc="c1", services=("web",), initiator="ivan")
BODIES = (holds("chen", "change-manager"), holds("carl", "cab"), holds("eve", "executive"), holds("ivan", "cab"))
ONE = policy_of(gate("rfc", "change-manager", decided_by=("change-manager",), expires_hours=24))
BOARD = policy_of(gate("rfc", "cab:*", decided_by=("cab", "executive"), quorum=500, majority=750, minimum=2))


def begins(policy: Policy, *more: Any) -> Story:
    return begun(policy, *BODIES, by("ada")(RFC), *more)


def decide(body: str, votes: tuple[int, int, int, int] | None = None, **more: Any) -> DecideRfc:
    """`votes` are those for go, against and neither, and the roster."""
    told = dict(zip(("go", "no_go", "abstained", "roster"), votes, strict=True)) if votes else None
    return DecideRfc.model_validate({"rfc": "c1", "body": body, "votes": told, **more})


def test_is_given_by_the_body_that_the_category_asks_for() -> None:
    story = begins(ONE)
    assert story.do(decide("change-manager", conditions=("at night",)), by="chen") == ["rfc.decided/1"]
    told = story.last(RfcDecided)
    assert (told.rfc, told.body, told.outcome, told.conditions) == ("c1", "change-manager", "approved", ("at night",))
    assert told.valid_until
    assert timedelta(hours=23) < told.valid_until - story.now <= timedelta(hours=24)
    assert story.do(decide("change-manager"), by="chen") == []


def test_is_given_anew_once_the_request_was_submitted_anew() -> None:
    story = begins(ONE)
    story.do(decide("change-manager"), by="chen")
    story.do(report(RFC.model_copy(update={"services": ("web", "mail")})), by="ada")
    assert story.do(decide("change-manager"), by="chen") == ["rfc.decided/1"]


def test_is_given_over_what_was_submitted_in_a_project_at_work() -> None:
    story = begun(ONE, *BODIES)
    story.rejected(
        decide("change-manager"),
        by="chen",
        because="rfc: request for change c1 is not submitted; submit it first .submit-rfc.",
    )
    held = begins(ONE, ProjectHeld(cause="risk"))
    held.rejected(
        decide("change-manager"),
        by="chen",
        because="the project is on hold since 2026-01-05; resume it first .resume-project.",
    )


def test_is_given_by_nobody_else() -> None:
    story = begins(ONE)
    story.rejected(
        decide("cab"), by="carl", because="body: cab does not decide significant changes; change-manager does"
    )
    story.rejected(
        decide("change-manager"), by="carl", because="only change-manager.* may decide request for change c1"
    )
    begins(policy_of()).rejected(
        decide("cab"), by="carl", because="body: cab does not decide significant changes; standing approval does"
    )


@pytest.mark.parametrize("who", ["ada", "ivan"])
def test_is_given_by_nobody_who_asks_for_the_change(who: str) -> None:
    story = begins(BOARD, holds("ada", "cab"))
    story.rejected(decide("cab", (3, 0, 0, 4)), by=who, because=f"rfc: {who}")


def test_is_approved_by_vote() -> None:
    story = begins(BOARD)
    story.rejected(
        decide("cab"),
        by="carl",
        because="votes: cab decides by vote; give the votes for go, the votes against and the roster",
    )
    story.rejected(
        decide("cab", (1, 0, 0, 4)),
        by="carl",
        because="votes: 1 of 4 voted, but the quorum is 50 %; collect more votes",
    )
    story.rejected(
        decide("cab", (2, 1, 1, 4)), by="carl", because="2 for go, 1 against: approval needs 75 % and at least 2 for go"
    )
    story.rejected(decide("cab", (1, 0, 1, 4)), by="carl", because="1 for go, 0 against")
    assert story.do(decide("cab", (3, 1, 0, 4)), by="carl") == ["rfc.decided/1"]
    assert story.last(RfcDecided).votes == Votes(go=3, no_go=1, abstained=0, roster=4)


def test_is_approved_by_no_body_without_a_vote_for_go_of_all_its_members() -> None:
    story = begins(policy_of(gate("rfc", "cab:*", decided_by=("cab",), quorum=500, majority=501)))
    story.rejected(
        decide("cab", (0, 0, 0, 0)),
        by="carl",
        because="votes: the roster has at least 2 members .carl, ivan.; correct the roster",
    )
    story.rejected(
        decide("cab", (1, 0, 0, 1)),
        by="carl",
        because="votes: the roster has at least 2 members .carl, ivan.; correct the roster",
    )
    story.rejected(
        decide("cab", (0, 0, 2, 2)),
        by="carl",
        because="votes: 0 for go, 0 against: approval needs 50.1 % and at least 1 for go",
    )
    assert story.do(decide("cab", (1, 0, 1, 2)), by="carl") == ["rfc.decided/1"]


def test_is_given_and_asked_for_again_once_it_has_ended() -> None:
    story = begins(ONE)
    story.do(decide("change-manager"), by="chen")
    assert story.do(report(RFC), by="ada") == []
    ended = timedelta(hours=25)
    assert story.do(decide("change-manager"), by="chen", after=ended) == ["rfc.decided/1"]
    assert story.do(report(RFC), by="ada", after=ended) == ["rfc.submitted/1"]


def test_is_asked_for_again_in_the_same_words_once_it_was_refused() -> None:
    story = begins(ONE)
    story.do(decide("change-manager", outcome="returned", reason="when?"), by="chen")
    assert story.do(report(RFC), by="ada") == ["rfc.submitted/1"]


def test_counts_no_approval_that_has_ended_as_that_of_the_body_before() -> None:
    board = policy_of(gate("rfc", decided_by=("cab", "executive"), expires_hours=24))
    story = begins(board)
    story.do(decide("cab", (2, 0, 0, 2)), by="carl")
    because = "body: cab must approve the current version of c1 first"
    story.now += timedelta(hours=25)
    story.rejected(decide("executive"), by="eve", because=because)


def test_is_given_by_each_body_in_the_policys_order() -> None:
    story = begins(BOARD)
    first = "body: cab must approve the current version of c1 first"
    story.rejected(decide("executive"), by="eve", because=first)
    story.do(decide("cab", outcome="refused", reason="too risky"), by="carl")
    story.rejected(decide("executive"), by="eve", because=first)
    story.do(decide("cab", (4, 0, 0, 4)), by="carl")
    assert story.do(decide("executive"), by="eve") == ["rfc.decided/1"]
    story.do(report(RFC.model_copy(update={"services": ("mail",)})), by="ada")
    story.rejected(decide("executive"), by="eve", because=first)


def test_takes_two_of_the_committee_where_data_or_money_can_be_lost() -> None:
    asked = gate("rfc", "cab", decided_by=("cab",), minimum=1, minimum_at_stake=2)
    at_stake = ChangeClassified(category="significant", priority="medium", answers=answers(data=3))
    story = begins(policy_of(asked), at_stake)
    story.rejected(
        decide("cab", (1, 0, 1, 2)),
        by="carl",
        because="votes: 1 for go, 0 against: approval needs 100 % and at least 2 for go",
    )
    assert story.do(decide("cab", (2, 0, 0, 2)), by="carl") == ["rfc.decided/1"]
    assert begins(policy_of(asked)).do(decide("cab", (1, 0, 1, 2)), by="carl") == ["rfc.decided/1"]


@pytest.mark.parametrize("outcome", ["refused", "returned"])
def test_is_against_with_a_reason_and_without_a_vote(outcome: str) -> None:
    story = begins(BOARD)
    story.rejected(decide("cab", outcome=outcome), by="carl", because=f"the outcome {outcome} needs a reason")
    assert story.do(decide("cab", outcome=outcome, reason="too risky"), by="carl") == ["rfc.decided/1"]
    assert story.last(RfcDecided).valid_until is None


def test_is_not_given_while_a_control_over_it_is_unmet() -> None:
    asked = gate("rfc", "cab", decided_by=("cab",), quorum=0)
    policy = policy_of(asked, rule("implementer-not-approver", Act.RFC))
    story = begins(policy, holds("carl", "developer"))
    story.rejected(decide("cab"), by="carl", role="cab", because="implementer-not-approver: approved by carl")
    assert story.do(decide("cab", outcome="refused", reason="no"), by="carl", role="cab") == ["rfc.decided/1"]


def test_is_approved_by_nobody_who_proposed_the_project_for_another(policy: Policy) -> None:
    base = ProjectProposed(title="Pay", project_kind="change", service="pay", customer="sales", requester="ada")
    told = (by("chen")(base), classified("minor"), holds("chen", "change-manager"), by("ada")(RFC))
    story = begun(policy, past=told)
    story.rejected(decide("change-manager"), by="chen", because="implementer-not-approver")
