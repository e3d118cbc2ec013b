"""A small portfolio: a project of every fate, made by commands."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.command import Command
from domain.deploy.deployments import DeploymentFinished, DeploymentStarted
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.stabilization import DeploymentConfirmedStable
from domain.envision.risks import RiskAssessed
from domain.envision.team import AssignRole
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted, Window
from domain.policy_changes.standard_changes import RegisterStandardChange
from domain.portfolio.classification import Answers
from domain.portfolio.pauses import CancelProject, HoldProject
from domain.reviews.emergency_change import ApproveEmergencyChange
from domain.reviews.fact_reports import report
from domain.reviews.full_proposal import Granted, Propose
from domain.reviews.review_call import CallReview
from domain.reviews.signoffs import GiveSignoff
from domain.reviews.standard_change import DeployStandardChange, FinishStandardChange, StartStandardChange
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.test_runs import TestRunCompleted
from domain.values import Document
from milepost.app.service import Service
from milepost.log.command_outcome import CommandOutcome, CommandRequest

CANDIDATE = "sha256:" + "b" * 64
STEPS = Document(document="steps", title="How to renew a certificate", digest="sha256:" + "a" * 64)
LITTLE = Answers(services=1, users=0, downtime=0, effort=1, money=0, experience=0, reversibility=0, data=0)
MUCH = Answers(services=3, users=3, downtime=2, effort=3, money=3, experience=2, reversibility=2, data=2)
HOSTILE = "\u202e<script>document.title='owned'</script>\"'><img src=x onerror=\"document.title='owned'\">{{ 7*7 }}"
TEAM = (
    Granted(person="grace", role="change-manager"),
    Granted(person="linus", role="tester"),
    Granted(person="omar", role="solution-manager"),
    Granted(person="omar", role="program-manager"),
)
START = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
GO = (Gate.BUILD_COMPLETED, Gate.RELEASE_READY)


class Telling:
    """Gives commands to projects; simulated ones at moments of their own, a week apart."""

    def __init__(self, service: Service, simulated: bool = False) -> None:
        self._service = service
        self._at = datetime(2026, 1, 5, 9, tzinfo=UTC) if simulated else None

    @property
    def now(self) -> datetime:
        return self._at or self._service.clock()

    def do(self, stream: str, *commands: Command, by: str, role: str | None = None, days: int = 1) -> CommandOutcome:
        more: dict[str, Any] = {}
        if self._at:
            self._at += timedelta(days=days)
            more = {"at": self._at, "origin": "simulated"}
        outcome = self._service.writer.execute(CommandRequest(stream, commands, by, role, **more))
        assert outcome.status == "accepted", outcome.sentence
        return outcome


def fill(service: Service) -> None:
    """Live projects, each at another place, and simulated ones that took their time."""
    telling = Telling(service)
    _standard(telling)
    for key in ("mail-1", "mail-2"):
        minor(telling, f"project-{key}", until_deployed=key == "mail-1")
    _large(telling)
    _emergency(telling)
    _hostile(telling)
    for number in range(3):
        minor(Telling(service, simulated=True), f"project-sim-{number}", until_deployed=number < 2, pace=number + 2)


def proposal(now: datetime, title: str = "Larger mailboxes", **more: Any) -> Propose:
    given: dict[str, Any] = {"project_kind": "change", "answers": LITTLE, "team": TEAM, "rfc": written_down(now)}
    return Propose(title=title, service="mail", customer="sales", **(given | more))


def written_down(now: datetime) -> RfcSubmitted:
    """A request for change that says all that may be asked of it."""
    window = Window(opens=now, closes=now + timedelta(days=60))
    return RfcSubmitted(
        rfc="r1", services=("mail",), configuration_items=("store",), downtime_minutes=0, window_wanted=window,
        rollback=STEPS,
    )  # fmt: skip


def minor(telling: Telling, project: str, until_deployed: bool, pace: int = 1) -> None:
    """A minor change in twelve commands, or as far as its second review, which then waits."""

    def do(*commands: Command, by: str, role: str | None = None) -> None:
        telling.do(project, *commands, by=by, role=role, days=pace)

    do(proposal(telling.now), by="ada")
    do(CallReview(review="start", gates=START), by="omar")
    do(GiveSignoff(review="start", reason="small and known"), by="grace", role="change-manager")
    built = CandidateBuilt(candidate="c1", digest=CANDIDATE)
    do(report(built), report(CandidateChosen(candidate="c1", digest=CANDIDATE)), by="ada")
    do(report(TestRunCompleted(run="t1", type="acceptance", candidate="c1", planned=4, passed=4)), by="linus")
    do(CallReview(review="go", gates=GO), by="omar")
    do(GiveSignoff(review="go"), by="linus", role="tester")
    if not until_deployed:
        return
    do(GiveSignoff(review="go", reason="small and known"), by="grace", role="change-manager")
    started = DeploymentStarted(attempt="d1", candidate_digest=CANDIDATE)
    finished = DeploymentFinished(attempt="d1", result="succeeded", digest_found=CANDIDATE)
    do(report(started), report(finished), by="deployer")
    done = PostImplementationReviewRecorded(technical_success=True, business_success=True, on_time=True, on_budget=True)
    do(report(DeploymentConfirmedStable(attempt="d1", verified="mail flows")), report(done), by="omar")
    do(CallReview(review="done", gates=(Gate.DEPLOYED,)), by="omar")
    do(GiveSignoff(review="done", meaning="acceptance", reason="works"), by="ada", role="requester")


def _standard(telling: Telling) -> None:
    template = RegisterStandardChange(
        template="renew", service="web", steps=STEPS, rollback=STEPS, checks=("it answers",), proven_by=("p0",)
    )
    telling.do("policy-default", template, by="chair", role="cab")
    telling.do(
        "project-cert-1",
        StartStandardChange(template="renew", title="Renew the certificate", customer="sales"),
        by="ada",
    )
    telling.do("project-cert-1", DeployStandardChange(candidate=CANDIDATE, check="passed"), by="ada")
    telling.do("project-cert-1", FinishStandardChange(result="succeeded", verified="the new date is served"), by="ada")


def _large(telling: Telling) -> None:
    for key, title in (("pay-1", "Take payments by card"), ("pay-2", "Refund at once"), ("pay-3", "Pay by voice")):
        asked = proposal(telling.now, title, answers=MUCH, project_kind="it_service", team=TEAM[2:3])
        telling.do(f"project-{key}", asked, by="ada")
        telling.do(f"project-{key}", AssignRole(person="paula", role="program-manager"), by="omar")
    telling.do("project-pay-2", HoldProject(cause="funding", reason="until the new year"), by="omar")
    cancel = CancelProject(cause="no-value", disposal="nothing was built", reason="nobody asked for it")
    telling.do("project-pay-3", cancel, by="omar")


def _emergency(telling: Telling) -> None:
    team = (Granted(person="grace", role="emergency-committee"), *TEAM[2:])
    asked = proposal(
        telling.now, "Mail is down", priority="emergency", harm="nobody can send mail", team=team,
        rfc=RfcSubmitted(rfc="r1", services=("mail",)),
    )  # fmt: skip
    telling.do("project-down-1", asked, by="ada")
    telling.do(
        "project-down-1", ApproveEmergencyChange(reason="every minute costs"), by="grace", role="emergency-committee"
    )
    started = report(DeploymentStarted(attempt="d1", candidate_digest=CANDIDATE))
    telling.do("project-down-1", started, by="ada")
    telling.do("project-down-1", report(written_down(telling.now)), by="ada")  # pays the deferral rfc-submitted


def _hostile(telling: Telling) -> None:
    telling.do("project-odd", proposal(telling.now, HOSTILE[:190], summary=HOSTILE), by="ada")
    risk = RiskAssessed(risk="r1", statement=HOSTILE, reason=HOSTILE)
    telling.do("project-odd", report(risk), by="ada")
    telling.do("project-odd", HoldProject(cause="other", reason=HOSTILE), by="omar")
