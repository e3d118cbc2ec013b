"""The controls that Deploy is done."""

import pytest

from domain.deploy.deployments import DeploymentFinished, DeploymentRolledBack, DeploymentStarted
from domain.deploy.ownership import OwnershipTransferred
from domain.deploy.sites import DeploymentSignedOff, NoSitesDeclared, SitePlanned
from domain.deploy.stabilization import DeploymentConfirmedStable, QuietPeriodStarted
from domain.lifecycle import Gate
from domain.reviews.milestones import ReleaseReady
from domain.reviews.signoffs import Verdict
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.state.project import ProjectEvent
from tests.conftest import START, by
from tests.domain.controls.conftest import Look
from tests.domain.controls.reviewed import called, signs
from tests.domain.openings import PROPOSED, holds

DONE = Gate.DEPLOYED
ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
READY = ReleaseReady(basis="reviewed", attempt=1)


def chosen(candidate: str, digest: str) -> tuple[ProjectEvent, ProjectEvent]:
    return CandidateBuilt(candidate=candidate, digest=digest), CandidateChosen(candidate=candidate, digest=digest)


def deployed(
    digest: str = ONE, target: str = "core", attempt: str = "d1", result: str = "succeeded"
) -> tuple[ProjectEvent, ProjectEvent]:
    """An attempt that ended, with this digest found in production."""
    ended = {"attempt": attempt, "result": result, "digest_found": None if result == "failed" else digest}
    return (
        DeploymentStarted(attempt=attempt, target=target, candidate_digest=digest),
        DeploymentFinished.model_validate(ended),
    )


def stable(*agreed_by: str, attempt: str = "d1") -> DeploymentConfirmedStable:
    return DeploymentConfirmedStable(attempt=attempt, verified="it answers", agreed_by=agreed_by)


APPROVED = (PROPOSED, *chosen("rc1", ONE), READY)


def test_what_was_approved_is_in_production(look: Look) -> None:
    found = look("deployed-what-was-approved", *APPROVED, *deployed(), at=DONE)
    assert (found.result, found.rests_on) == ("met", (3, 6))
    assert found.sentence == "the approved candidate rc1 is in production at core"


def test_nothing_in_production_is_not_what_was_approved(look: Look) -> None:
    found = look("deployed-what-was-approved", *APPROVED, at=DONE, column="minor")
    assert (found.result, found.sentence) == ("unmet", "no deployment to production is recorded")


def test_another_digest_in_production_is_not_what_was_approved(look: Look) -> None:
    past = (*APPROVED, *deployed(), *deployed(TWO, "rome", "d2"))
    found = look("deployed-what-was-approved", *past, at=DONE)
    assert (found.result, found.rests_on) == ("unmet", (3, 6, 8))
    assert found.sentence == "rome: production does not run the approved candidate rc1"
    undone = DeploymentRolledBack(attempt="d1")
    assert look("deployed-what-was-approved", *APPROVED, *deployed(), undone, at=DONE).result == "unmet"


def test_a_site_left_out_is_not_held_against_what_was_approved(look: Look) -> None:
    left = SitePlanned(site="rome", state="excluded", agreed_by="otto", reason="closes soon")
    past = (*APPROVED, *deployed(), *deployed(TWO, "rome", "d2"), left)
    assert look("deployed-what-was-approved", *past, at=DONE).result == "met"


def test_a_candidate_chosen_after_the_release_was_ready_was_not_approved(look: Look) -> None:
    past = (*APPROVED, *chosen("rc2", TWO))
    assert look("deployed-what-was-approved", *past, *deployed(TWO), at=DONE).result == "unmet"
    assert look("deployed-what-was-approved", *past, *deployed(ONE), at=DONE).result == "met"


def test_without_an_approved_candidate_nothing_can_be_compared(look: Look) -> None:
    for past in ((PROPOSED, *chosen("rc1", ONE)), (PROPOSED, READY, *chosen("rc1", ONE))):
        found = look("deployed-what-was-approved", *past, *deployed(), at=DONE)
        assert (found.result, found.rests_on) == ("unmet", ())
        small = look("deployed-what-was-approved", *past, *deployed(), at=DONE, column="minor")
        assert small.result == "not-applicable"


def test_a_candidate_approved_by_the_same_review_counts(look: Look) -> None:
    past = (PROPOSED, *chosen("rc1", ONE), *deployed())
    found = look("deployed-what-was-approved", *past, at=DONE, assumed=[Gate.RELEASE_READY])
    assert found.result == "met"


ROME, OSLO = SitePlanned(site="rome", owner="remo"), SitePlanned(site="oslo", owner="olga")
LEFT_OUT = SitePlanned(site="oslo", state="excluded", agreed_by="otto", reason="closes soon")
SIGNED = DeploymentSignedOff(target="rome", owner="remo")


def test_sites_are_complete_once_each_is_signed_off_or_left_out(look: Look) -> None:
    more = SitePlanned(site="bern"), DeploymentSignedOff(target="bern", owner="beat")
    found = look("sites-complete", PROPOSED, ROME, by("otto")(LEFT_OUT), SIGNED, *more, at=DONE)
    assert (found.result, found.rests_on) == ("met", (2, 3, 4, 5, 6))
    assert found.sentence == "2 of 3 sites signed off, 1 excluded by agreement"


def test_a_site_is_left_out_by_the_word_of_who_is_said_to_agree(look: Look) -> None:
    imposed = look("sites-complete", PROPOSED, ROME, LEFT_OUT, SIGNED, at=DONE)
    why = "excluded without a confirmation by the person named as agreeing, who must record it: oslo (otto)"
    assert (imposed.result, imposed.sentence) == ("unmet", why)
    too = by("otto")(LEFT_OUT.model_copy(update={"reason": "it moves to rome"}))
    assert look("sites-complete", PROPOSED, ROME, SIGNED, too, LEFT_OUT, at=DONE).result == "met"


def test_a_site_that_nobody_signed_off_is_named(look: Look) -> None:
    found = look("sites-complete", PROPOSED, ROME, OSLO, SIGNED, at=DONE)
    assert (found.result, found.sentence) == (
        "unmet",
        "1 of 2 sites without a sign-off of the current deployment: oslo",
    )


def test_sites_that_nobody_planned_are_not_complete(look: Look) -> None:
    assert look("sites-complete", PROPOSED, at=DONE).result == "unmet"
    assert look("sites-complete", PROPOSED, at=DONE, column="minor").result == "not-applicable"


def test_sites_may_be_declared_not_to_be(look: Look) -> None:
    none = NoSitesDeclared(reason="it runs in one place")
    assert look("sites-complete", PROPOSED, none, at=DONE).result == "met"
    assert look("sites-complete", PROPOSED, none, ROME, at=DONE).result == "unmet"


def test_a_site_that_changed_since_its_owner_signed_is_open_again(look: Look) -> None:
    past = (PROPOSED, ROME, *deployed(target="rome"), SIGNED)
    assert look("sites-complete", *past, at=DONE).result == "met"
    found = look("sites-complete", *past, DeploymentRolledBack(attempt="d1"), at=DONE)
    assert found.sentence == "1 of 1 site without a sign-off of the current deployment: rome"
    left = by("otto")(SitePlanned(site="rome", state="excluded", agreed_by="otto", reason="closes soon"))
    assert look("sites-complete", *past, DeploymentRolledBack(attempt="d1"), left, at=DONE).result == "met"


def test_a_small_deployment_is_stable_once_it_is_verified(look: Look) -> None:
    for column in ("standard", "minor", "emergency"):
        found = look("deployment-stable", PROPOSED, *deployed(), stable(), at=DONE, column=column)
        assert (found.result, found.rests_on) == ("met", (4,))
        nothing = look("deployment-stable", PROPOSED, *deployed(), at=DONE, column=column)
        assert nothing.sentence == "no deployment is confirmed as stable yet"


def test_a_large_deployment_is_stable_once_customer_and_team_agree(look: Look) -> None:
    past = (PROPOSED, holds("carla", "customer"), holds("rita", "release-management"), *deployed())
    own = by("carla")(stable()), by("rita")(stable("carla"))
    assert look("deployment-stable", *past, *own, at=DONE).result == "met"
    both = by("carla")(stable("rita", "carla")), by("rita")(stable("rita", "carla"))
    assert look("deployment-stable", *past, *both, at=DONE).result == "met"
    team = look("deployment-stable", *past, by("rita")(stable()), at=DONE)
    assert team.sentence == "d1 was confirmed as stable, but without the agreement of the customer"
    named = look("deployment-stable", *past, by("rita")(stable("carla")), at=DONE)
    assert named.sentence == team.sentence, "that somebody agreed is theirs to say"
    signed = called(DONE, "customer"), by("carla")(signs("customer"))
    assert look("deployment-stable", *past, by("rita")(stable("carla")), *signed, at=DONE).result == "met"
    customer = look("deployment-stable", *past, by("carla")(stable()), at=DONE)
    assert customer.sentence == "d1 was confirmed as stable, but without the agreement of the team"


def test_a_deployment_is_not_stable_after_another_change(look: Look) -> None:
    past = (PROPOSED, *deployed(), stable())
    found = look("deployment-stable", *past, DeploymentRolledBack(attempt="d1"), at=DONE, column="minor")
    assert found.sentence == "d1 was confirmed as stable, but a deployment or rollback followed"


@pytest.mark.parametrize("state", ["failed", "rolled-back", "running", "not recorded"])
def test_a_deployment_that_did_not_succeed_is_not_stable(look: Look, state: str) -> None:
    pasts: dict[str, tuple[ProjectEvent, ...]] = {
        "failed": deployed(result="failed"),
        "rolled-back": (*deployed(), DeploymentRolledBack(attempt="d1")),
        "running": deployed()[:1],
        "not recorded": deployed(attempt="d2"),
    }
    found = look("deployment-stable", PROPOSED, *pasts[state], stable(), at=DONE, column="minor")
    assert found.sentence == f"d1 was confirmed as stable, but that deployment is {state}"


def test_a_deployment_that_succeeded_in_part_may_be_stable(look: Look) -> None:
    past = (PROPOSED, *deployed(result="partial"), stable())
    assert look("deployment-stable", *past, at=DONE, column="minor").result == "met"


def test_a_quiet_period_passes_at_its_planned_end(look: Look) -> None:
    until = START.replace(day=20)
    past = (PROPOSED, *deployed(), QuietPeriodStarted(planned_until=until))
    assert look("quiet-period-passed", *past, at=DONE, now=until).result == "met"
    running = look("quiet-period-passed", *past, at=DONE)
    assert (running.result, running.rests_on) == ("unmet", (4,))
    assert running.sentence == "the quiet period runs until 2026-01-20 09:00 UTC"


def test_a_quiet_period_begins_anew_after_another_deployment(look: Look) -> None:
    past = (PROPOSED, *deployed(), QuietPeriodStarted(planned_until=START), *deployed(attempt="d2"))
    for events in ((PROPOSED,), past):
        found = look("quiet-period-passed", *events, at=DONE, column="minor")
        assert found.sentence == "the quiet period of the current deployment has not started"


TAKEN = OwnershipTransferred(to_unit="it-ops", accepted_by="otto")


def test_ownership_is_accepted_by_the_word_of_who_is_said_to_accept_it(look: Look) -> None:
    past = (PROPOSED, holds("otto", "operations"))
    alone = look("ownership-transferred", *past, TAKEN, at=DONE)
    why = "ada recorded that otto accepted ownership for it-ops; otto must record it too"
    assert (alone.result, alone.sentence) == ("unmet", why)
    assert look("ownership-transferred", *past, by("otto")(TAKEN), TAKEN, at=DONE).result == "met"
    review = called(DONE, "operations")
    verdicts: tuple[tuple[Verdict, str], ...] = (("go", "met"), ("no-go", "unmet"))
    for verdict, result in verdicts:
        word = by("otto")(signs("operations", verdict=verdict))
        assert look("ownership-transferred", *past, TAKEN, review, word, at=DONE).result == result
    before = by("otto")(signs("operations"))
    assert look("ownership-transferred", *past, review, before, TAKEN, at=DONE).result == "unmet"


def test_ownership_is_accepted_by_operations(look: Look) -> None:
    told = by("otto")(TAKEN)
    assert look("ownership-transferred", PROPOSED, at=DONE, column="emergency").result == "unmet"
    for role in ("operations", "support"):
        found = look("ownership-transferred", PROPOSED, holds("otto", role), told, at=DONE)
        assert (found.result, found.rests_on, found.sentence) == ("met", (3,), "otto accepted ownership for it-ops")
    other = look("ownership-transferred", PROPOSED, holds("otto", "developer"), told, at=DONE)
    assert other.sentence == "otto accepted ownership for it-ops without the role operations or support in this project"
    assert look("ownership-transferred", PROPOSED, told, holds("otto", "operations"), at=DONE).result == "unmet"
