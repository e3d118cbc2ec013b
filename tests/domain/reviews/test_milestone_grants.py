"""Granting milestones."""

from domain.controls.evidence import evidence_of
from domain.lifecycle import Gate
from domain.reviews.decisions import DecideReview
from domain.reviews.milestones import ProjectDeployed, ProjectEnvisioned, ReleaseReady
from domain.reviews.review_call import CallReview
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from tests.domain.reviews.small import ENVISIONED, RISK, begun, called, decide, gate, policy_of

DIGEST = "sha256:" + "b" * 64
CHOSEN = (CandidateBuilt(candidate="c1", digest=DIGEST), CandidateChosen(candidate="c1", digest=DIGEST))


def test_binds_a_milestone_to_its_review_decision_and_baselines() -> None:
    story = called(begun(policy_of(), RISK))
    decide(story)
    assert story.last(ProjectEnvisioned) == ProjectEnvisioned(
        review="r",
        decision=story.events[-2].id,
        basis="reviewed",
        attempt=1,
        baselines=evidence_of(story.project, ENVISIONED),
    )


def test_binds_a_ready_release_to_its_candidate_and_to_how_long_it_holds() -> None:
    story = called(begun(policy_of(gate(Gate.RELEASE_READY, expires_hours=24)), *CHOSEN), Gate.RELEASE_READY)
    decide(story)
    ready = story.last(ReleaseReady)
    assert (ready.candidate, ready.candidate_digest) == ("c1", DIGEST)
    assert ready.valid_until == ready.holds_until is not None


def test_binds_what_was_deployed_to_its_candidate_if_one_was_chosen() -> None:
    with_it = called(begun(policy_of(), *CHOSEN), Gate.DEPLOYED)
    decide(with_it)
    assert with_it.last(ProjectDeployed).candidate_digest == DIGEST
    without = called(begun(policy_of()), Gate.DEPLOYED)
    decide(without)
    assert (without.last(ProjectDeployed).candidate_digest, without.last(ProjectDeployed).holds_until) == (None, None)


def test_skips_no_milestone_whatever_the_policy_says() -> None:
    story = begun(policy_of())
    story.do(CallReview(review="r", gates=(Gate.BUILD_COMPLETED,)), by="ada")
    why = "build-completed: envisioned and plan-approved must be passed first"
    story.rejected(DecideReview(review="r"), by="omar", because=why)
