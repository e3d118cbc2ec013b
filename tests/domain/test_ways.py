"""The shortest way to deployment."""

from datetime import timedelta

import pytest

from domain.deploy.deployments import DeploymentFinished, DeploymentStarted
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.stabilization import DeploymentConfirmedStable
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted, Window
from domain.policy.policy import Policy
from domain.policy_changes.standard_changes import RegisterStandardChange
from domain.portfolio.classification import Answers
from domain.reviews.emergency_change import ApproveEmergencyChange
from domain.reviews.fact_reports import report
from domain.reviews.full_proposal import Granted, Propose
from domain.reviews.review_call import CallReview
from domain.reviews.signoffs import GiveSignoff
from domain.reviews.standard_change import DeployStandardChange, FinishStandardChange, StartStandardChange
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.test_runs import TestRunCompleted
from domain.values import Document
from tests.conftest import START, rulebook_of
from tests.domain.lives import MAJOR, NINE, SIGNIFICANT, SIXTEEN, Life, live
from tests.domain.story import Story

STEPS = Document(document="steps", title="How to renew a certificate", digest="sha256:" + "a" * 64)
CANDIDATE = "sha256:" + "b" * 64
LITTLE = Answers(services=1, users=0, downtime=0, effort=1, money=0, experience=0, reversibility=0, data=0)


@pytest.fixture
def story(policy: Policy) -> Story:
    return Story(policy, rulebook_of(policy))


def next_gate(story: Story) -> Gate | None:
    return story.project.status.next_gate


def test_takes_three_commands_for_a_standard_change(story: Story) -> None:
    template = RegisterStandardChange(
        template="renew-certificate",
        service="web",
        steps=STEPS,
        rollback=STEPS,
        checks=("it answers",),
        proven_by=("p0",),
    )
    story.do(template, by="chair", role="cab")
    story.commands = 0
    story.do(StartStandardChange(template="renew-certificate", customer="sales"), by="ada")
    story.do(DeployStandardChange(candidate=CANDIDATE, check="passed"), by="ada")
    story.do(FinishStandardChange(result="succeeded", verified="the new date is served"), by="ada")
    assert next_gate(story) is None
    assert story.commands == 3
    assert {milestone.basis for milestone in story.project.gates.milestones.values()} == {"standing"}
    assert story.project.gates.breaches == 0


def test_takes_twelve_commands_for_a_minor_change(story: Story) -> None:
    propose = Propose(
        title="Larger mailboxes",
        project_kind="change",
        service="mail",
        customer="sales",
        answers=LITTLE,
        team=(
            Granted(person="grace", role="change-manager"),
            Granted(person="linus", role="tester"),
            Granted(person="omar", role="solution-manager"),
            Granted(person="omar", role="program-manager"),
        ),
        rfc=RfcSubmitted(
            rfc="r1",
            services=("mail",),
            configuration_items=("mailbox-store",),
            downtime_minutes=0,
            window_wanted=Window(opens=START, closes=START + timedelta(days=30)),
            rollback=STEPS,
        ),
    )
    story.do(propose, by="ada")
    start = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
    story.do(CallReview(review="start", gates=start), by="omar")
    story.do(GiveSignoff(review="start", reason="small and known"), by="grace", role="change-manager")
    assert next_gate(story) is Gate.BUILD_COMPLETED, story.kinds()[-1]
    story.do(
        report(CandidateBuilt(candidate="c1", digest=CANDIDATE)),
        report(CandidateChosen(candidate="c1", digest=CANDIDATE)),
        by="ada",
    )
    story.do(report(TestRunCompleted(run="t1", type="acceptance", candidate="c1", planned=4, passed=4)), by="linus")
    story.do(CallReview(review="go", gates=(Gate.BUILD_COMPLETED, Gate.RELEASE_READY)), by="omar")
    story.do(GiveSignoff(review="go"), by="linus", role="tester")
    story.do(GiveSignoff(review="go", reason="small and known"), by="grace", role="change-manager")
    assert next_gate(story) is Gate.DEPLOYED, story.kinds()[-1]
    story.do(
        report(DeploymentStarted(attempt="d1", candidate_digest=CANDIDATE)),
        report(DeploymentFinished(attempt="d1", result="succeeded", digest_found=CANDIDATE)),
        by="deployer",
    )
    done = PostImplementationReviewRecorded(technical_success=True, business_success=True, on_time=True, on_budget=True)
    story.do(report(DeploymentConfirmedStable(attempt="d1", verified="mail flows")), report(done), by="omar")
    story.do(CallReview(review="done", gates=(Gate.DEPLOYED,)), by="omar")
    story.do(GiveSignoff(review="done", meaning="acceptance", reason="works"), by="ada", role="requester")
    assert next_gate(story) is None, story.kinds()[-1]
    assert story.commands == 12


def test_takes_four_commands_until_the_service_is_back_in_an_emergency(story: Story) -> None:
    propose = Propose(
        title="Mail is down",
        project_kind="change",
        service="mail",
        customer="sales",
        answers=LITTLE,
        priority="emergency",
        harm="nobody can send mail",
        team=(
            Granted(person="grace", role="emergency-committee"),
            Granted(person="omar", role="solution-manager"),
            Granted(person="omar", role="program-manager"),
        ),
        rfc=RfcSubmitted(rfc="r1", services=("mail",)),
    )
    story.do(propose, by="ada")
    story.do(ApproveEmergencyChange(reason="every minute costs"), by="grace", role="emergency-committee")
    assert next_gate(story) is Gate.PORTFOLIO, story.kinds()[-1]
    assert story.project.gates.passed(Gate.RELEASE_READY), story.kinds()[-1]
    assert story.project.gates.deferrals
    story.do(
        report(DeploymentStarted(attempt="d1", candidate_digest=CANDIDATE)),
        report(DeploymentFinished(attempt="d1", result="succeeded", digest_found=CANDIDATE)),
        by="ada",
    )
    story.do(report(DeploymentConfirmedStable(attempt="d1", verified="mail flows")), by="omar")
    assert story.commands == 4
    assert story.now - story.events[0].time < timedelta(hours=1)


@pytest.mark.parametrize(
    ("answers", "people", "commands"), [(SIGNIFICANT, NINE, 67), (MAJOR, SIXTEEN, 103)], ids=["significant", "major"]
)
def test_takes_a_larger_change_to_its_end_without_a_waiver_a_debt_or_a_warning(
    story: Story, answers: Answers, people: tuple[tuple[str, str], ...], commands: int
) -> None:
    life = Life(story, answers, people)
    assert [gate for gates in live(life) for gate in gates] == list(Gate)
    gates = story.project.gates
    assert (gates.waivers, gates.deferrals, gates.breaches) == ({}, [], 0)
    assert {milestone.basis for milestone in gates.milestones.values()} == {"reviewed"}
    assert story.commands == commands
    assert len({recorded.who for recorded in story.events}) == len({person for person, _ in people} | {"omar"})
