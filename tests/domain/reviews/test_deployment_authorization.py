"""Authorizing a deployment."""

from datetime import timedelta
from typing import Any

from domain.deploy.authorization import DeploymentAuthorized
from domain.lifecycle import Act, Gate
from domain.planning.rfc import RfcSubmitted
from domain.policy.policy import Policy
from domain.portfolio.pauses import ProjectHeld
from domain.reviews.decisions import DecideReview
from domain.reviews.deployment_authorization import AuthorizeDeployment
from domain.reviews.fact_reports import report
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from tests.conftest import event_id
from tests.domain.reviews.small import begun, called, gate, policy_of, rule
from tests.domain.story import Story

DIGEST = "sha256:" + "b" * 64
CHOSEN = (CandidateBuilt(candidate="c1", digest=DIGEST), CandidateChosen(candidate="c1", digest=DIGEST))
POLICY = policy_of(gate(Gate.RELEASE_READY, expires_hours=24))
ALLOW = AuthorizeDeployment(authorization="a1")


def ready(policy: Policy = POLICY, *more: Any) -> Story:
    story = called(begun(policy, *CHOSEN, *more), Gate.RELEASE_READY)
    story.do(DecideReview(review="r"), by="omar")
    return story


def test_lets_the_chosen_candidate_go() -> None:
    story = ready(POLICY, RfcSubmitted(rfc="c1"))
    assert story.do(ALLOW, by="omar") == ["deployment.authorized/1"]
    allowed = DeploymentAuthorized(authorization="a1", scope="core", candidate_digest=DIGEST, rfc="c1")
    assert story.last(DeploymentAuthorized) == allowed
    story.rejected(ALLOW, by="omar", because="authorization: the id a1 is already used; choose another id")


def test_lets_a_candidate_that_is_named_go_to_a_site() -> None:
    story = ready()
    story.do(AuthorizeDeployment(authorization="a1", scope="site", candidate_digest=DIGEST), by="omar")
    assert story.last(DeploymentAuthorized).candidate_digest == DIGEST


def test_lets_no_other_bytes_go_than_were_found_ready() -> None:
    story = ready()
    other = "sha256:" + "c" * 64
    wrong = AuthorizeDeployment(authorization="a1", candidate_digest=other)
    story.rejected(
        wrong,
        by="omar",
        because="candidate_digest: only sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb is ap",
    )
    later = CandidateBuilt(candidate="c2", digest=other), CandidateChosen(candidate="c2", digest=other)
    story.do(*(report(fact) for fact in later), by="ada")
    story.do(ALLOW, by="omar")
    assert story.last(DeploymentAuthorized).candidate_digest == DIGEST


def test_needs_a_candidate() -> None:
    story = called(begun(POLICY), Gate.RELEASE_READY)
    story.do(DecideReview(review="r"), by="omar")
    story.rejected(
        ALLOW, by="omar", because="candidate_digest: no candidate is chosen; give the digest of the build to deploy"
    )


def test_is_for_who_may_in_a_project_at_work() -> None:
    ready().rejected(ALLOW, by="grace", because="only release-management or.* may authorize a deployment")
    begun(POLICY, ProjectHeld(cause="risk")).rejected(
        ALLOW, by="omar", because="the project is on hold since 2026-01-05; resume it first .resume-project."
    )


def test_waits_for_readiness_that_has_not_ended() -> None:
    begun(POLICY, *CHOSEN).rejected(ALLOW, by="omar", because="scope: release-ready is not passed")
    story = ready()
    story.now += timedelta(hours=24)
    story.rejected(
        ALLOW, by="omar", because="release readiness expired on 2026-01-06 .* UTC; call a new review of release-ready"
    )


def test_lets_core_components_go_earlier_with_the_consent_of_operations() -> None:
    story = begun(POLICY, *CHOSEN)
    early = AuthorizeDeployment(authorization="a1", scope="early-core", components=("dns",))
    story.rejected(early, by="omar", because="operations_consent: scope early-core needs the consent of operations")
    consented = early.model_copy(update={"operations_consent": event_id(1)})
    assert story.do(consented, by="omar") == ["deployment.authorized/1"]
    assert story.last(DeploymentAuthorized).components == ("dns",)


def test_is_not_given_while_a_control_over_it_is_unmet() -> None:
    story = ready(policy_of(rule("rfc-approved", Act.AUTHORIZATION)))
    story.rejected(ALLOW, by="omar", because="rfc-approved: no request for change is submitted")
    early = AuthorizeDeployment(authorization="a1", scope="early-core", operations_consent=event_id(1))
    guarded = begun(policy_of(rule("early-core-approved", Act.EARLY_CORE)), *CHOSEN)
    guarded.rejected(early, by="omar", because="early-core-approved: ")


def test_needs_a_reason_where_a_control_over_it_warns() -> None:
    story = ready(policy_of(rule("window-kept", Act.AUTHORIZATION, severity="warn")))
    story.rejected(ALLOW, by="omar", because="window-kept: no change window is scheduled")
    assert story.do(ALLOW.model_copy(update={"reason": "urgent"}), by="omar") == ["deployment.authorized/1"]
