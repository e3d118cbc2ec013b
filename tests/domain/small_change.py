"""A minor change under the default policy, as far as a test needs it: Ada asks, Grace decides, Linus tests."""

from datetime import timedelta
from typing import Any

from domain.deploy.deployments import DeploymentFinished, DeploymentStarted
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted, Window
from domain.policy.policy import Policy
from domain.portfolio.classification import Answers
from domain.reviews.fact_reports import report
from domain.reviews.full_proposal import Granted, Propose
from domain.reviews.review_call import CallReview
from domain.reviews.signoffs import GiveSignoff
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.test_runs import TestRunCompleted
from domain.values import Document
from tests.conftest import START, rulebook_of
from tests.domain.story import Story

LITTLE = Answers(services=1, users=0, downtime=0, effort=1, money=0, experience=0, reversibility=0, data=0)
APPROVED, OTHER = (f"sha256:{letter * 64}" for letter in "ab")
ROLLBACK = Document(document="rollback", title="How to go back", digest=APPROVED)
REQUEST = RfcSubmitted(
    rfc="r1",
    services=("mail",),
    configuration_items=("box",),
    downtime_minutes=0,
    window_wanted=Window(opens=START, closes=START + timedelta(days=30)),
    rollback=ROLLBACK,
)
TEAM = (
    ("grace", "change-manager"),
    ("linus", "tester"),
    ("omar", "solution-manager"),
    ("omar", "program-manager"),
)
BEGIN = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
GO = (Gate.BUILD_COMPLETED, Gate.RELEASE_READY)


def proposed(policy: Policy, *team: tuple[str, str], **told: Any) -> Story:
    """Proposed by Ada with its people and its request for change."""
    story = Story(policy, rulebook_of(policy))
    grants = tuple(Granted(person=person, role=role) for person, role in (*TEAM, *team))
    entry: dict[str, Any] = {"answers": LITTLE, "rfc": REQUEST, **told}
    asked = Propose(title="Mail", project_kind="change", service="mail", customer="sales", team=grants, **entry)
    story.do(asked, by="ada")
    return story


def started(policy: Policy, *team: tuple[str, str], **told: Any) -> Story:
    """Approved up to its plan, by one review."""
    story = proposed(policy, *team, **told)
    story.do(CallReview(review="start", gates=BEGIN), by="omar")
    story.do(GiveSignoff(review="start", reason="small and known"), by="grace")
    return story


def tested(policy: Policy, *team: tuple[str, str]) -> Story:
    """With a candidate that Linus has tested."""
    story = started(policy, *team)
    candidate = CandidateBuilt(candidate="c1", digest=APPROVED), CandidateChosen(candidate="c1", digest=APPROVED)
    story.do(*(report(fact) for fact in candidate), by="ada")
    run = TestRunCompleted(run="t1", type="acceptance", candidate="c1", planned=4, passed=4)
    story.do(report(run), by="linus")
    return story


def gone(policy: Policy, *team: tuple[str, str]) -> Story:
    """With the go: release-ready, and its request for change approved with it."""
    story = tested(policy, *team)
    story.do(CallReview(review="go", gates=GO), by="omar")
    story.do(GiveSignoff(review="go"), by="linus")
    story.do(GiveSignoff(review="go", reason="small and known"), by="grace")
    assert story.project.gates.passed(Gate.RELEASE_READY)
    return story


def deploy(story: Story, digest: str = APPROVED, by: str = "deployer") -> list[str]:
    """These bytes go into production."""
    begun = DeploymentStarted(attempt="d1", candidate_digest=digest)
    done = DeploymentFinished(attempt="d1", result="succeeded", digest_found=digest)
    return story.do(report(begun), report(done), by=by)
