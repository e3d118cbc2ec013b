"""The controls before anything goes into production."""

from datetime import datetime, timedelta

import pytest

from domain.deploy.authorization import DeploymentAuthorized
from domain.deploy.deployments import DeploymentStarted
from domain.lifecycle import Act as ActOf
from domain.lifecycle import Column, Gate, Phase
from domain.planning.rfc import RfcScheduled, RfcSubmitted, Window
from domain.planning.rfc_decision import Body, RfcDecided
from domain.policy.policy import Policy
from domain.policy_changes.freezes import FreezeDeclared
from domain.reviews.milestones import ReleaseReady
from domain.reviews.reversals import ReviewReversed
from domain.state.project import ProjectEvent
from tests.conftest import START, Act, by
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import called, signs
from tests.domain.openings import PROPOSED

DIGEST = f"sha256:{'1' * 64}"
SUBMITTED = RfcSubmitted(rfc="r1", services=("pay", "mail"))
READY = Gate.RELEASE_READY


def hour(number: float) -> datetime:
    """So many hours after the start: the nth event of a past happens at hour n."""
    return START + timedelta(hours=number)


def decided(body: Body, until: datetime | None = None) -> RfcDecided:
    return RfcDecided(rfc="r1", body=body, outcome="approved", valid_until=until)


def authorized(**given: object) -> DeploymentAuthorized:
    fields = {"authorization": "a1", "scope": "core", "candidate_digest": DIGEST}
    return DeploymentAuthorized.model_validate(fields | given)


def started(**given: object) -> DeploymentStarted:
    return DeploymentStarted.model_validate({"attempt": "d1", "candidate_digest": DIGEST} | given)


APPROVED = (PROPOSED, SUBMITTED, decided("cab"))
FOUND_READY = by("omar", at=hour(3))(ReleaseReady(basis="reviewed", attempt=1, candidate_digest=DIGEST))
READY_TO_GO = (*APPROVED, FOUND_READY)


@pytest.mark.parametrize(
    ("column", "bodies"),
    [
        ("standard", ("standing",)),
        ("minor", ("change-manager",)),
        ("significant", ("cab",)),
        ("major", ("cab", "executive")),
        ("emergency", ("emergency-committee",)),
    ],
)
def test_a_request_is_approved_by_every_body_of_its_category(
    look: Look, column: Column, bodies: tuple[Body, ...]
) -> None:
    past = (PROPOSED, SUBMITTED, *(decided(body) for body in bodies))
    found = look("rfc-approved", *past, at=READY, column=column)
    assert (found.result, found.rests_on) == ("met", tuple(range(2, len(past) + 1)))
    lacking = look("rfc-approved", *past[:-1], at=READY, column=column)
    assert lacking.sentence == f"request for change r1: not decided by {bodies[-1]}"


def test_a_request_that_nobody_submitted_is_not_approved(look: Look) -> None:
    found = look("rfc-approved", PROPOSED, at=READY)
    assert (found.result, found.sentence) == ("unmet", "no request for change is submitted")


def test_a_request_that_the_same_review_decides_is_approved_with_it(look: Look) -> None:
    found = look("rfc-approved", PROPOSED, SUBMITTED, at=READY, column="minor", assumed=[ActOf.RFC])
    assert (found.result, found.rests_on) == ("met", (2,))
    assert look("rfc-approved", PROPOSED, at=READY, column="emergency", assumed=[ActOf.RFC]).result == "met"


def test_a_request_that_the_policy_lets_nobody_decide_is_not_approved(look: Look, policy: Policy) -> None:
    silent = policy.model_copy(update={"gates": ()})
    found = look("rfc-approved", *APPROVED, at=READY, policy=silent)
    assert found.sentence == "policy default/1 defines no body that decides requests for significant changes"


def test_a_request_that_was_returned_is_not_approved(look: Look) -> None:
    returned = RfcDecided(rfc="r1", body="cab", outcome="returned")
    found = look("rfc-approved", *APPROVED, returned, at=READY)
    assert (found.sentence, found.rests_on) == ("request for change r1: returned by cab", (2, 4))


def test_a_request_submitted_anew_is_decided_anew(look: Look) -> None:
    again = SUBMITTED.model_copy(update={"downtime_minutes": 60})
    found = look("rfc-approved", *APPROVED, again, at=READY)
    assert (
        found.sentence == "request for change r1: the decision by cab is older than the current version of the request"
    )
    assert look("rfc-approved", *APPROVED, again, decided("cab"), at=READY).result == "met"


def test_an_approval_ends(look: Look) -> None:
    past = (PROPOSED, SUBMITTED, decided("cab", until=hour(10)))
    assert look("rfc-approved", *past, at=ActOf.AUTHORIZATION, now=hour(9.9)).result == "met"
    ended = look("rfc-approved", *past, at=ActOf.AUTHORIZATION, now=hour(10))
    assert ended.sentence == "request for change r1: the approval by cab expired on 2026-01-05 19:00 UTC"


def test_a_deployment_is_held_against_the_approval_as_it_was_when_it_began(look: Look) -> None:
    past = (
        PROPOSED,
        SUBMITTED,
        decided("cab", until=hour(10)),
        FOUND_READY,
        authorized(),
        by("dora", at=hour(9))(started()),
    )
    assert look("rfc-approved", *past, at=ActOf.DEPLOYMENT, now=hour(50)).result == "met"
    small = (PROPOSED, SUBMITTED, decided("change-manager"), FOUND_READY, by("dora", at=hour(3))(started()))
    assert look("rfc-approved", *small, at=ActOf.DEPLOYMENT, column="minor").result == "met"
    early = (*APPROVED, authorized(), by("dora", at=hour(2.5))(started()))
    found = look("rfc-approved", *early, at=ActOf.DEPLOYMENT)
    assert found.sentence == (
        "request for change r1: cab approved it only after the deployment began at 2026-01-05 11:30 UTC"
    )


def test_a_deployment_of_a_large_change_has_an_authorization(look: Look) -> None:
    found = look("rfc-approved", *READY_TO_GO, authorized(), started(), at=ActOf.DEPLOYMENT)
    assert (found.result, found.rests_on) == ("met", (2, 3, 6))
    bare = look("rfc-approved", *READY_TO_GO, started(), at=ActOf.DEPLOYMENT)
    assert (bare.result, bare.rests_on) == ("unmet", (2, 3, 5))
    assert bare.sentence == "d1 started at core without a valid authorization of this candidate for this target"


def test_a_deployment_of_a_small_change_needs_no_authorization_but_the_one_it_names(look: Look) -> None:
    past = (PROPOSED, SUBMITTED, decided("change-manager"), FOUND_READY)
    assert look("rfc-approved", *past, started(), at=ActOf.DEPLOYMENT, column="minor").result == "met"
    named = started(authorization="a1")
    assert look("rfc-approved", *past, named, at=ActOf.DEPLOYMENT, column="minor").result == "unmet"
    assert look("rfc-approved", *past, authorized(), named, at=ActOf.DEPLOYMENT, column="minor").result == "met"
    elsewhere = authorized(scope="site")
    assert look("rfc-approved", *past, elsewhere, named, at=ActOf.DEPLOYMENT, column="minor").result == "unmet"


@pytest.mark.parametrize(
    ("given", "begun"),
    [
        ({"candidate_digest": f"sha256:{'2' * 64}"}, {}),
        ({"valid_until": hour(5)}, {}),
        ({"scope": "site"}, {}),
        ({"scope": "core"}, {"target": "rome"}),
        ({"scope": "early-core"}, {"target": "rome"}),
    ],
)
def test_an_authorization_holds_for_its_candidate_its_place_and_its_time(
    look: Look, given: dict[str, object], begun: dict[str, object]
) -> None:
    found = look("rfc-approved", *READY_TO_GO, authorized(**given), started(**begun), at=ActOf.DEPLOYMENT)
    assert found.result == "unmet"


def test_an_authorization_of_sites_or_early_core_covers_them(look: Look) -> None:
    site = look("rfc-approved", *READY_TO_GO, authorized(scope="site"), started(target="rome"), at=ActOf.DEPLOYMENT)
    early = look("rfc-approved", *APPROVED, authorized(scope="early-core"), started(), at=ActOf.DEPLOYMENT)
    in_time = look("rfc-approved", *READY_TO_GO, authorized(valid_until=hour(6)), started(), at=ActOf.DEPLOYMENT)
    assert (site.result, early.result, in_time.result) == ("met", "met", "met")


def test_an_authorization_comes_before_the_deployment(look: Look) -> None:
    for began, result in ((3.5, "unmet"), (4, "met")):
        told_late = by("dora", at=hour(began))(started())
        found = look("rfc-approved", *READY_TO_GO, authorized(), told_late, at=ActOf.DEPLOYMENT)
        assert found.result == result


def test_a_deployment_goes_with_a_readiness_of_its_bytes_that_holds(look: Look) -> None:
    def found(*past: ProjectEvent | Act) -> str:
        return look("rfc-approved", *past, started(), at=ActOf.DEPLOYMENT, column="minor").sentence

    small = (PROPOSED, SUBMITTED, decided("change-manager"))
    unready = "d1 started without a valid release readiness of this candidate"
    other = ReleaseReady(basis="reviewed", attempt=1, candidate_digest=f"sha256:{'2' * 64}")
    over = ReleaseReady(basis="reviewed", attempt=1, valid_until=hour(5))
    lost = ReviewReversed(review="r", gates_lost=(READY,), returns_to=Phase.STABILIZE)
    assert found(*small) == found(*small, other) == found(*small, over) == unready
    assert found(*small, FOUND_READY, lost) == unready
    assert found(*small, FOUND_READY).endswith("approved by change-manager")
    again = (FOUND_READY, authorized(), lost, FOUND_READY)
    assert found(*small, *again) == "its authorization ended when release-ready was reversed"


def test_early_core_is_approved_with_operations_consent(look: Look) -> None:
    review = called(READY, "operations", "tester")
    past = (*APPROVED, review, by("otto")(signs("operations")))
    found = look("early-core-approved", *past, at=ActOf.EARLY_CORE)
    assert (found.result, found.rests_on) == ("met", (2, 3, 5))
    assert found.sentence == "operations consents by the sign-off of otto; request for change r1 is approved by cab"


def test_early_core_without_an_approved_request_is_not_approved(look: Look) -> None:
    past = (PROPOSED, called(READY, "operations"), signs("operations"))
    found = look("early-core-approved", *past, at=ActOf.EARLY_CORE)
    assert (found.result, found.rests_on) == ("unmet", (3,))
    assert found.sentence == "no request for change is submitted"


def test_early_core_that_operations_said_nothing_or_no_to_is_not_approved(look: Look) -> None:
    silent = look("early-core-approved", *APPROVED, called(READY, "tester"), signs("tester"), at=ActOf.EARLY_CORE)
    assert (silent.result, silent.rests_on) == ("unmet", (2, 3))
    assert silent.sentence == "operations has not signed the current build"
    of_the_plan = (called(Gate.PLAN_APPROVED, "operations"), signs("operations"))
    assert look("early-core-approved", *APPROVED, *of_the_plan, at=ActOf.EARLY_CORE).sentence == silent.sentence
    review = called(Gate.BUILD_COMPLETED, "operations")
    taken_back = (review, by("otto")(signs("operations")), by("otto")(signs("operations", verdict="withdrawn")))
    assert look("early-core-approved", *APPROVED, *taken_back, at=ActOf.EARLY_CORE).sentence == silent.sentence
    against = (review, by("otto")(signs("operations", verdict="no-go")), signs("operations"))
    found = look("early-core-approved", *APPROVED, *against, at=ActOf.EARLY_CORE)
    assert found.sentence == "operations does not consent: the last sign-off by otto is no-go"


SCHEDULED = RfcScheduled(rfc="r1", window=Window(opens=hour(10), closes=hour(12)))
FROZEN = FreezeDeclared(freeze="year-end", services=("pay",), since=hour(11), until=hour(20))


@pytest.mark.parametrize(("now", "result"), [(9.9, "unmet"), (10, "met"), (11.9, "met"), (12, "unmet")])
def test_a_window_is_kept_from_its_opening_until_before_its_close(look: Look, now: float, result: str) -> None:
    found = look("window-kept", PROPOSED, SUBMITTED, SCHEDULED, at=ActOf.AUTHORIZATION, now=hour(now))
    assert (found.result, found.rests_on) == (result, (3,))


def test_a_window_is_kept_by_when_a_deployment_began(look: Look) -> None:
    past = (PROPOSED, SUBMITTED, SCHEDULED)
    inside = by("dora", at=hour(11))(started())
    found = look("window-kept", *past, inside, at=ActOf.DEPLOYMENT, now=hour(30))
    assert (found.result, found.rests_on) == ("met", (3, 4))
    assert (
        found.sentence == "2026-01-05 20:00 UTC is in the change window from 2026-01-05 19:00 to 2026-01-05 21:00 UTC"
    )
    outside = look("window-kept", *past, started(), at=ActOf.DEPLOYMENT, now=hour(11))
    assert outside.sentence.startswith("2026-01-05 13:00 UTC is outside the change window")


def test_a_window_that_nobody_scheduled_is_not_kept(look: Look) -> None:
    for past in ((PROPOSED,), (PROPOSED, SUBMITTED)):
        assert look("window-kept", *past, at=ActOf.AUTHORIZATION).result == "unmet"
        assert look("window-kept", *past, at=ActOf.AUTHORIZATION, column="minor").result == "not-applicable"


def test_a_window_in_a_freeze_is_kept_only_as_an_exception(look: Look) -> None:
    past = (PROPOSED, SUBMITTED, SCHEDULED)
    found = look("window-kept", *past, at=ActOf.AUTHORIZATION, now=hour(11), rules=[FROZEN])
    assert found.sentence == "2026-01-05 20:00 UTC is in the freeze year-end, without an exception"
    before = look("window-kept", *past, at=ActOf.AUTHORIZATION, now=hour(10.5), rules=[FROZEN])
    assert before.result == "met"
    excepted = SCHEDULED.model_copy(update={"freeze_exception": "the law requested it"})
    exception = look("window-kept", *past, excepted, at=ActOf.AUTHORIZATION, now=hour(11), rules=[FROZEN])
    assert exception.result == "met"


def test_a_freeze_holds_for_small_changes_without_a_window_too(look: Look) -> None:
    elsewhere = FROZEN.model_copy(update={"services": ("web",)})
    touched = FROZEN.model_copy(update={"services": ("mail",)})
    for rules, result in (([FROZEN], "unmet"), ([touched], "unmet"), ([elsewhere], "not-applicable")):
        found = look(
            "window-kept", PROPOSED, SUBMITTED, at=ActOf.AUTHORIZATION, column="minor", now=hour(11), rules=rules
        )
        assert found.result == result
