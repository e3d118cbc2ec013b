"""The standard change's way."""

from datetime import timedelta

import pytest

from domain.deploy.deployments import DeploymentRolledBack
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.envision.team import AssignRole
from domain.lifecycle import Act, Gate
from domain.planning.rfc import RfcScheduled, Window
from domain.planning.rfc_decision import RfcDecided
from domain.policy.policy import Policy
from domain.policy_changes.standard_changes import RegisterStandardChange, StandardChangeUsed, SuspendStandardChange
from domain.portfolio.preapproval import ProjectPreapproved
from domain.reviews.fact_reports import report
from domain.reviews.milestones import ReleaseReady
from domain.reviews.reversals import ReverseMilestone
from domain.reviews.standard_change import DeployStandardChange, FinishStandardChange, StartStandardChange
from tests.conftest import START, history, rulebook_of
from tests.domain.openings import DOCUMENT, PROPOSED, classified
from tests.domain.reviews.small import begun, policy_of, rule
from tests.domain.story import Story

CANDIDATE = "sha256:" + "b" * 64
TEMPLATE = RegisterStandardChange(
    template="renew",
    service="web",
    steps=DOCUMENT,
    rollback=DOCUMENT,
    checks=("it answers", "it lasts"),
    proven_by=("p0",),
)
BEGIN = StartStandardChange(template="renew", customer="sales")
GO = DeployStandardChange(candidate=CANDIDATE, check="passed")
DONE = FinishStandardChange(result="succeeded", verified="the new date is served", lessons=("earlier",))


@pytest.fixture
def story(policy: Policy) -> Story:
    """A registered template, and nothing begun."""
    story = Story(policy, rulebook_of(policy))
    story.do(TEMPLATE, by="carl", role="cab")
    return story


def outcomes(story: Story) -> list[str]:
    return [event.outcome for known in story.events if isinstance(event := known.event, StandardChangeUsed)]


def test_starts_on_a_template_which_stands_for_every_approval(story: Story) -> None:
    window = Window(opens=START, closes=START + timedelta(days=1))
    kinds = story.do(StartStandardChange(template="renew", customer="sales", title="Renew", window=window), by="ada")
    assert kinds == [
        "project.proposed/1",
        "change.classified/1",
        "project.preapproved/1",
        "standard-change.used/1",
        "rfc.submitted/1",
        "rfc.decided/1",
        "rfc.scheduled/1",
        "project.envisioned/1",
        "project.plan-approved/1",
    ]
    registered = story.events[0].id
    assert story.last(ProjectPreapproved).standing_approval == registered
    assert (story.last(RfcDecided).body, story.last(RfcDecided).valid_until) == ("standing", window.closes)
    assert story.last(RfcScheduled).window == window
    assert story.project.status.next_gate is Gate.BUILD_COMPLETED


def test_goes_with_a_candidate_that_passed_its_checks(story: Story) -> None:
    story.do(BEGIN, by="ada")
    assert story.do(GO, by="ada") == [
        "candidate.built/1",
        "test-run.completed/1",
        "candidate.chosen/1",
        "project.build-completed/1",
        "project.release-ready/1",
        "deployment.authorized/1",
        "deployment.started/1",
    ]
    ready = story.last(ReleaseReady)
    assert (ready.basis, ready.candidate_digest) == ("standing", CANDIDATE)
    assert ready.results


def test_finishes_where_it_does_what_it_should(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.do(GO, by="ada")
    assert story.do(DONE, by="ada") == [
        "deployment.finished/1",
        "deployment.confirmed-stable/1",
        "post-implementation-review.recorded/1",
        "project.deployed/1",
        "standard-change.used/1",
    ]
    assert story.last(PostImplementationReviewRecorded).lessons == ("earlier",)
    assert outcomes(story) == ["started", "succeeded"]
    assert story.project.status.next_gate is None


def test_opens_no_gate_where_a_check_fails(story: Story) -> None:
    story.do(BEGIN, by="ada")
    kinds = story.do(DeployStandardChange(candidate=CANDIDATE, check="failed"), by="ada")
    assert kinds == ["candidate.built/1", "test-run.completed/1", "standard-change.used/1"]
    assert outcomes(story) == ["started", "failed"]
    assert story.project.status.next_gate is Gate.BUILD_COMPLETED


@pytest.mark.parametrize(
    "finish", [FinishStandardChange(result="failed", reason="it broke"), FinishStandardChange(result="succeeded")]
)
def test_is_rolled_back_where_it_failed_or_nobody_verified_it(story: Story, finish: FinishStandardChange) -> None:
    story.do(BEGIN, by="ada")
    story.do(GO, by="ada")
    kinds = story.do(finish, by="ada")
    assert kinds == ["deployment.finished/1", "deployment.rolled-back/1", "standard-change.used/1"]
    assert outcomes(story) == ["started", "failed"]
    assert story.project.status.next_gate is Gate.DEPLOYED
    story.rejected(DONE, by="ada", because="this standard change has ended .its check or its deployment failed.")


def test_finishes_what_is_being_deployed(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.rejected(DONE, by="ada", because="no deployment is running; start it first")


def test_starts_on_a_template_that_can_be_used(story: Story) -> None:
    unknown = StartStandardChange(template="other", customer="sales")
    story.rejected(unknown, by="ada", because="template: standard change other is not registered; registered: renew")
    story.do(SuspendStandardChange(template="renew", cause="scope", reason="?"), by="carl", role="cab")
    story.rejected(BEGIN, by="ada", because="renew can't be used: it is suspended .scope.")


def test_says_that_no_template_is_registered(policy: Policy) -> None:
    Story(policy, rulebook_of(policy)).rejected(
        BEGIN, by="ada", because="template: standard change renew is not registered; registered: none"
    )


def test_is_for_standard_changes_at_work(story: Story) -> None:
    other = begun(policy_of(), past=(PROPOSED, classified("minor")))
    other.rejected(GO, by="ada", because="this is not a standard change; its gates are decided by reviews")
    story.do(BEGIN, by="ada")
    story.project.entry.cancelled = True
    story.rejected(GO, by="ada", because="the project is cancelled")


def test_opens_no_gate_whose_controls_are_unmet_all_the_same(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.rulebook.templates["renew"].suspended = "scope"
    story.rejected(GO, by="ada", because="build-completed not passed: ")


def test_is_not_deployed_against_a_control_over_that(story: Story) -> None:
    own = rule("window-kept", Act.AUTHORIZATION).model_dump()
    own["severity"] = {"standard": "block"}
    controls = tuple(c for c in story.policy.controls if c.control != "window-kept")
    strict = type(controls[0]).model_validate(own)
    story.policy = story.policy.model_copy(update={"controls": (*controls, strict)})
    story.rulebook.policies[story.policy.label] = story.policy
    story.do(
        StartStandardChange(
            template="renew", customer="sales", window=Window(opens=START, closes=START + timedelta(minutes=1))
        ),
        by="ada",
    )
    story.rejected(
        GO,
        by="ada",
        because="window-kept: 2026-01-05 09:30 UTC is outside the change window from 2026-01-05 09:00 to 2026-01-05 0",
    )


def test_goes_no_further_once_its_check_failed_though_the_template_is_renewed(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.do(DeployStandardChange(candidate=CANDIDATE, check="failed"), by="ada")
    story.rejected(
        GO, by="ada", because="this standard change has ended .its check or its deployment failed.; start another"
    )
    story.do(TEMPLATE.model_copy(update={"checks": ("it lasts",)}), by="chair", role="cab")
    story.rejected(GO, by="ada", because="this standard change has ended .its check or its deployment failed.")


def test_goes_no_further_once_it_was_rolled_back_or_deployed(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.do(GO, by="ada")
    story.do(DONE, by="ada")
    for again in (GO, DONE):
        story.rejected(
            again,
            by="ada",
            because="this standard change has ended .it was deployed.; start another .start-standard-change.",
        )
    assert outcomes(story) == ["started", "succeeded"]


def test_goes_no_further_once_it_was_reported_as_rolled_back(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.do(GO, by="ada")
    story.do(report(DeploymentRolledBack(attempt="attempt-1", cause="it broke")), by="operator")
    for again in (GO, DONE):
        story.rejected(again, by="ada", because="this standard change has ended .it was rolled back.; start another")
    assert outcomes(story) == ["started"]


@pytest.mark.parametrize("gate", [Gate.PORTFOLIO, Gate.PLAN_APPROVED, Gate.RELEASE_READY])
def test_goes_no_further_once_a_gate_was_taken_back(story: Story, gate: Gate) -> None:
    story.do(BEGIN, AssignRole(person="grace", role="change-manager"), by="ada")
    story.do(GO, by="ada")
    story.do(ReverseMilestone(gate=gate, reason="it is none of these"), by="grace")
    for again in (GO, DONE):
        story.rejected(again, by="ada", because="ended .a gate of its standing approval was reversed.; start another")


def test_stays_failed_whatever_is_told_later(story: Story) -> None:
    story.do(BEGIN, by="ada")
    story.do(GO, by="ada")
    story.do(FinishStandardChange(result="failed", reason="it broke"), by="ada")
    story.rejected(DONE, by="ada", because="this standard change has ended .its check or its deployment failed.")
    later = StandardChangeUsed(template="renew", project="p", outcome="succeeded")
    story.rulebook.apply(history(later, stream="policy-default")[0])
    assert [use.outcome for use in story.rulebook.templates["renew"].uses] == ["failed"]
