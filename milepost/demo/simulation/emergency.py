"""The life of an emergency: the service first; then the papers that were put off, late by some and never by others."""

from datetime import datetime, timedelta

from domain.build.documents import DocumentRecorded
from domain.deploy.acceptance import AcceptSolution
from domain.deploy.deployments import DeploymentFinished, DeploymentRolledBack, DeploymentStarted
from domain.deploy.incidents import IncidentReported, IncidentRestored
from domain.deploy.outages import Outage
from domain.deploy.ownership import OwnershipTransferred
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.stabilization import DeploymentConfirmedStable, StartQuietPeriod
from domain.envision.risks import RiskAssessed
from domain.lifecycle import Gate
from domain.planning.rfc import RfcSubmitted, Window
from domain.planning.specification import BaselineSpecification
from domain.portfolio.classification import Answers
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.emergency_change import ApproveEmergencyChange
from domain.reviews.fact_reports import report
from domain.reviews.full_proposal import Granted, Propose
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.procedures import ProcedureTested
from domain.stabilize.readiness import ReadinessItemConfirmed
from domain.stabilize.test_runs import TestRunCompleted
from milepost.demo.simulation.life import Life, Steps
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.questionnaire import answers
from milepost.demo.simulation.reviews import reviewed

TEAM = (
    "emergency-committee", "change-manager", "operations", "support", "customer", "developer", "tester",
    "release-management", "solution-manager", "program-manager",
)  # fmt: skip


def emergency(life: Life) -> Steps:
    """Four commands until the service is back, then the deferrals."""
    life.out_of_hours = True
    told = answers(life.plan.category, life.chance)
    began = life.now - timedelta(minutes=life.chance.randint(5, 50))
    yield life.act("requester", _proposal(life, told), hours=0)
    yield life.act("emergency-committee", ApproveEmergencyChange(reason="every minute costs"), hours=life.hours(0.4))
    yield from _repaired(life)
    yield from _restored(life, began)
    life.out_of_hours = False
    if life.happens(0.12):
        return
    day = 0.2 * DAY if life.happens(0.6) else DAY
    life.now = life.at(life.hours(2 * day) if life.happens(0.7) else life.hours(3 * WEEK))
    confirmed = ClassifyChange(answers=told, priority="emergency", harm=_harm(life))
    yield life.act("change-manager", confirmed, hours=1)
    yield from _planned_after_the_fact(life, day)
    yield from reviewed(life, Gate.PORTFOLIO)
    yield from _proven_after_the_fact(life, day)
    yield from _handed_over(life, day)
    yield from reviewed(life, Gate.DEPLOYED)


def _harm(life: Life) -> str:
    return f"{life.plan.unit} can't work"


def _proposal(life: Life, told: Answers) -> Propose:
    return Propose(
        title=life.plan.title,
        project_kind=life.plan.kind,
        service=life.plan.service,
        customer=life.plan.unit,
        answers=told,
        priority="emergency",
        harm=_harm(life),
        team=tuple(Granted(person=life.who(role), role=role) for role in TEAM),
        rfc=RfcSubmitted(rfc="r1", services=(life.plan.service,)),
    )


def _repaired(life: Life) -> Steps:
    """The first try may fail; some are told only when there is time to tell them."""
    digest = life.digest("candidate-1")
    if life.happens(0.25):
        begun = DeploymentStarted(attempt="a1", candidate_digest=life.digest("candidate-0"))
        yield life.act("developer", begun, hours=life.hours(0.7))
        failed, back = DeploymentFinished(attempt="a1", result="failed"), DeploymentRolledBack(attempt="a1")
        yield life.act("developer", failed, back, hours=0.4)
    begun = DeploymentStarted(attempt="a2", candidate_digest=digest)
    ended = DeploymentFinished(attempt="a2", result="succeeded", digest_found=digest)
    late = life.hours(9) if life.happens(0.3) else 0.0
    took = life.hours(0.8)
    started = life.at(took)
    told = (report(begun, occurred_at=started), report(ended, occurred_at=started + timedelta(minutes=12)))
    yield life.act("developer", *told, hours=took + 0.25 + late)


def _restored(life: Life, began: datetime) -> Steps:
    service = life.plan.service
    reported = IncidentReported(incident="i1", service=service, severity="critical", detected_at=began)
    outage = Outage(since=began, until=life.now)
    restored = IncidentRestored(incident="i1", how="by this change", outages=(outage,))
    yield life.act("support", reported, restored, hours=0.3)
    stable = DeploymentConfirmedStable(attempt="a2", verified="the service answers, and keeps answering")
    yield life.act("release-management", stable, hours=0.5)
    yield life.act("release-management", StartQuietPeriod(), hours=0.1)


def _planned_after_the_fact(life: Life, day: float) -> Steps:
    service = life.plan.service
    whole = RfcSubmitted(
        rfc="r1",
        services=(service,),
        configuration_items=(f"{service}-server",),
        downtime_minutes=life.chance.randint(0, 40),
        window_wanted=Window(opens=life.plan.begins, closes=life.plan.begins + timedelta(days=1)),
        rollback=life.document("way-back", "The way back"),
    )
    yield life.act("release-management", whole, hours=life.hours(3))
    specified = BaselineSpecification(
        version=1, document=life.document("specification", "What was changed"), design=life.document("design", "Why")
    )
    yield life.act("developer", specified, hours=life.hours(day))
    risk = RiskAssessed(risk="again", statement="it happens again", probability=100, owner=life.who("developer"))
    yield life.act("program-manager", risk, hours=1)


def _proven_after_the_fact(life: Life, day: float) -> Steps:
    digest = life.digest("candidate-1")
    built, chosen = CandidateBuilt(candidate="c1", digest=digest), CandidateChosen(candidate="c1", digest=digest)
    notes = DocumentRecorded(
        document="notes", type="release-notes", title="Release notes", digest=life.digest("notes"), about=("c1",)
    )
    yield life.act("developer", built, chosen, notes, hours=life.hours(4))
    run = TestRunCompleted(run="t1", type="acceptance", candidate="c1", planned=6, passed=6)
    yield life.act("tester", run, hours=life.hours(day))
    tried = ProcedureTested(procedure="deployment", where="test", passed=True)
    run_by = ProcedureTested(procedure="operations", where="test", passed=True)
    yield life.act("release-management", tried, run_by, hours=life.hours(day))
    items = tuple(ReadinessItemConfirmed(item=item) for item in life.policy.readiness_items.emergency or ())
    yield life.act("operations", *items, hours=life.hours(day))


def _handed_over(life: Life, day: float) -> Steps:
    owner = OwnershipTransferred(to_unit="operations", accepted_by=life.who("operations"))
    yield life.act("operations", owner, hours=life.hours(day))
    yield life.act("customer", AcceptSolution(statement="we can work again"), hours=life.hours(day))
    closed = PostImplementationReviewRecorded(
        technical_success=True,
        business_success=True,
        on_time=True,
        on_budget=life.happens(0.6),
        lessons=life.lessons(),
        rfc_result="successful",
    )
    yield life.act("program-manager", closed, hours=life.hours(day))
