"""A change request."""

from dataclasses import replace

from domain.planning.change_requests import (
    ChangeRequestDecided,
    ChangeRequestRaised,
    DecideChangeRequest,
    approved_changes,
    removed_by_change,
)
from domain.policy.policy import Policy
from domain.reviews.fact_reports import report
from tests.conftest import by
from tests.domain.openings import CANCELLED, PROPOSED, GivenPast, classified, holds

RAISED = ChangeRequestRaised(request="cr-1", about="scope", adds=("coins",), removes=("cash",), asked_by="ida")
APPROVE = DecideChangeRequest(request="cr-1", outcome="approved")
APPROVED = ChangeRequestDecided(request="cr-1", outcome="approved")
REFUSED = ChangeRequestDecided(request="cr-1", outcome="refused")
PAST = (PROPOSED, classified("significant"), holds("grace", "change-manager"), RAISED)


def test_is_raised(given: GivenPast) -> None:
    given(PROPOSED).when(report(RAISED)).then(RAISED)


def test_raised_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, RAISED).when(report(RAISED)).then_nothing()


def test_is_raised_anew_only_until_it_is_decided(given: GivenPast) -> None:
    wider = RAISED.model_copy(update={"adds": ("coins", "cheques")})
    given(PROPOSED, RAISED).when(report(wider)).then(wider)
    given(PROPOSED, RAISED, REFUSED).when(report(wider)).then_rejected(
        "request: change request cr-1 is already refused; raise a new request under another id"
    )
    given(PROPOSED, RAISED, APPROVED).when(report(RAISED)).then_rejected(
        "request: change request cr-1 is already approved; raise a new request under another id"
    )


def test_is_decided_by_the_policys_authority(given: GivenPast) -> None:
    given(*PAST).when(APPROVE, by="grace").then(APPROVED)


def test_is_decided_by_the_change_manager_where_the_policy_names_nobody(given: GivenPast, policy: Policy) -> None:
    past = replace(given(*PAST), policy=policy.model_copy(update={"authorities": ()}))
    past.when(APPROVE, by="grace").then(APPROVED)
    past.when(APPROVE, by="linus").then_rejected("only change-manager or solution-manager may .* .held by grace")


def test_is_not_decided_by_who_has_no_role_for_it(given: GivenPast) -> None:
    given(*PAST).when(APPROVE, by="linus").then_rejected(
        "only change-manager or solution-manager may decide change request cr-1 .held by grace."
    )


def test_is_not_decided_by_who_asked_for_it_or_raised_it(given: GivenPast) -> None:
    past = given(*PAST[:2], holds("ida", "change-manager"), by("linus")(RAISED), holds("linus", "change-manager"))
    past.when(APPROVE, by="ida").then_rejected(
        "request: ida asked for cr-1 and can't decide it; another person must decide it"
    )
    past.when(APPROVE, by="linus").then_rejected(
        "request: linus asked for cr-1 and can't decide it; another person must decide it"
    )


def test_decided_again_the_same_way_says_nothing_new(given: GivenPast) -> None:
    given(*PAST, APPROVED).when(APPROVE, by="grace").then_nothing()


def test_is_decided_once(given: GivenPast) -> None:
    refuse = DecideChangeRequest(request="cr-1", outcome="refused")
    given(*PAST, APPROVED).when(refuse, by="grace").then_rejected(
        "request: change request cr-1 is already approved; raise a new request"
    )


def test_that_nobody_raised_is_not_decided(given: GivenPast) -> None:
    given(PROPOSED).when(APPROVE).then_rejected(
        "request: there is no change request cr-1; raise it first .raise-change-request."
    )


def test_asks_for_a_project_that_is_not_over(given: GivenPast) -> None:
    given().when(APPROVE).then_rejected("propose it first")
    given(PROPOSED, CANCELLED).when(APPROVE).then_rejected("final")


def test_counts_as_approved_with_its_decision(given: GivenPast) -> None:
    [(raised, decided)] = approved_changes(given(*PAST, APPROVED).project())
    assert (raised.event, decided.event) == (RAISED, APPROVED)
    assert approved_changes(given(*PAST, REFUSED).project()) == []


def test_that_is_approved_takes_out_what_it_removes(given: GivenPast) -> None:
    assert removed_by_change(given(*PAST).project()) == {}
    assert removed_by_change(given(*PAST, APPROVED).project()) == {"cash": 5}


def test_for_the_next_release_puts_off_what_it_adds(given: GivenPast) -> None:
    later = APPROVED.model_copy(update={"next_release": True})
    assert removed_by_change(given(*PAST, later).project()) == {"coins": 5}
