"""Histories to measure on: projects' lives as the domain tells them, and as many stored copies as are wanted."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, islice

from domain.build.builds import BuildRecorded, BuildVerified
from domain.codec import source_of
from domain.command import Command
from domain.deploy.deployments import DeploymentFinished, DeploymentStarted
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.stabilization import DeploymentConfirmedStable
from domain.envision.risks import RiskAssessed
from domain.event import Recorded
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted, Window
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.portfolio.classification import Answers
from domain.reviews.fact_reports import report
from domain.reviews.full_proposal import Granted, Propose
from domain.reviews.review_call import CallReview
from domain.reviews.signoffs import GiveSignoff
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.defects import DefectReported, DefectResolved
from domain.stabilize.test_runs import TestRunCompleted
from domain.values import Document, moment_text
from milepost.log.stored_event import LogEntry
from tests.conftest import START
from tests.domain.story import STREAM, Story

DIGEST = "sha256:" + "b" * 64
LITTLE = Answers(services=1, users=0, downtime=0, effort=1, money=0, experience=0, reversibility=0, data=0)
LIFE_EVENTS = 50
AT_ONCE = 100
PROPOSE = Propose(
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
        rollback=Document(document="steps", title="How to give the space back", digest=DIGEST),
    ),
)


def facts() -> Iterator[Command]:
    """What is reported day by day, without end."""
    for n in count(1):
        yield report(RiskAssessed(risk=f"risk-{n}", statement="The old store can't be read while mail is moved."))
        yield report(BuildRecorded(build=f"build-{n}", digest=DIGEST, revision=f"r{n}"))
        yield report(BuildVerified(build=f"build-{n}", accepted=True, checks=("it starts", "mail is kept")))
        yield report(
            DefectReported(defect=f"defect-{n}", severity="minor", found_in="test", title="A quota is too small")
        )
        yield report(DefectResolved(defect=f"defect-{n}", resolution="fixed", build=f"build-{n}"))


def begun(policy: Policy) -> Story:
    """A minor change whose plan was approved, as its commands tell it."""
    story = Story(policy, Rulebook(policies={policy.label: policy}, current=policy.label))
    story.do(PROPOSE, by="ada")
    start = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
    story.do(CallReview(review="start", gates=start), by="omar")
    story.do(GiveSignoff(review="start", reason="small and known"), by="grace", role="change-manager")
    return story


def life(policy: Policy) -> list[Recorded]:
    """The first events of a minor change that went the whole way: proposed, built, tested, deployed."""
    story = begun(policy)
    for fact in islice(facts(), 15):
        story.do(fact, by="ada")
    candidate = CandidateBuilt(candidate="c1", digest=DIGEST), CandidateChosen(candidate="c1", digest=DIGEST)
    story.do(*map(report, candidate), by="ada")
    story.do(report(TestRunCompleted(run="t1", type="acceptance", candidate="c1", planned=4, passed=4)), by="linus")
    story.do(CallReview(review="go", gates=(Gate.BUILD_COMPLETED, Gate.RELEASE_READY)), by="omar")
    story.do(GiveSignoff(review="go"), by="linus", role="tester")
    story.do(GiveSignoff(review="go", reason="small and known"), by="grace", role="change-manager")
    deployed = (
        DeploymentStarted(attempt="d1", candidate_digest=DIGEST),
        DeploymentFinished(attempt="d1", result="succeeded", digest_found=DIGEST),
        DeploymentConfirmedStable(attempt="d1", verified="mail flows"),
        PostImplementationReviewRecorded(technical_success=True, business_success=True, on_time=True, on_budget=True),
    )
    story.do(*map(report, deployed), by="omar")
    story.do(CallReview(review="done", gates=(Gate.DEPLOYED,)), by="omar")
    story.do(GiveSignoff(review="done", meaning="acceptance", reason="works"), by="ada", role="requester")
    assert story.project.status.next_gate is None, story.kinds()
    for fact in islice(facts(), 15, 15 + LIFE_EVENTS - len(story.events)):
        story.do(fact, by="ada")
    return story.events


def long(policy: Policy, events: int) -> list[Recorded]:
    """A project of so many events, almost all of them facts about its parts."""
    story = begun(policy)
    for fact in islice(facts(), events - len(story.events)):
        story.do(fact, by="ada")
    return story.events


def copies(lived: Sequence[Recorded], log: str, events: int, after: int = 0) -> Iterator[LogEntry]:
    """So many stored events of projects that all lived this life, behind a position; many are under way at once.

    Each is an event of its own project: its ids, its references to its own events, its source and its moments.
    """
    position = after
    for group in count(after // (len(lived) * AT_ONCE)):
        for recorded in lived:
            for number in range(group * AT_ONCE, (group + 1) * AT_ONCE):
                position += 1
                if position > after + events:
                    return
                moment = START + timedelta(milliseconds=position)
                data = _copied(recorded, log, number, moment)
                yield LogEntry(position, f"project-{key(number)}", recorded.version, recorded.event.kind, data)


def key(number: int) -> str:
    """The key of the project that is the so-manieth copy."""
    return f"copy-{number}"


def _copied(recorded: Recorded, log: str, number: int, moment: datetime) -> bytes:
    data = recorded.data.replace(b"00000000-0000-7000", b"%08x-0000-7000" % number)
    data = data.replace(source_of(recorded.log, STREAM).encode(), source_of(log, f"project-{key(number)}").encode())
    return data.replace(moment_text(recorded.recorded_at).encode(), moment_text(moment).encode())
