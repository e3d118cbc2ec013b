"""The life of a minor change: proposed, started, built and tested, let go, deployed, accepted."""

from datetime import timedelta
from functools import partial

from domain.build.builds import BuildRecorded
from domain.build.completion import FeatureCompleted, FeatureVerified
from domain.build.costs import CostRecorded
from domain.deploy.deployments import DeploymentFinished, DeploymentRolledBack, DeploymentStarted
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.stabilization import DeploymentConfirmedStable
from domain.envision.risks import NoRisksRecorded
from domain.lifecycle import Gate
from domain.planning.discipline import DisciplineChosen
from domain.planning.features import FeaturePlanned
from domain.planning.rfc import RfcScheduled, RfcSubmitted, Window
from domain.portfolio.pauses import CancelProject
from domain.reviews.full_proposal import Granted, Propose
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen
from domain.stabilize.defects import DefectReported, DefectResolved, DefectTriaged, DefectVerified
from domain.stabilize.test_runs import TestRunCompleted
from milepost.demo.simulation.life import Life, Over, Steps, euros
from milepost.demo.simulation.mishaps import waived
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.questionnaire import answers
from milepost.demo.simulation.reviews import reviewed

START = (Gate.PORTFOLIO, Gate.ENVISIONED, Gate.PLAN_APPROVED)
GO = (Gate.BUILD_COMPLETED, Gate.RELEASE_READY)


def minor(life: Life) -> Steps:
    """A dozen commands where all goes well; more where it doesn't."""
    yield life.act("requester", _proposal(life), hours=0)
    if life.happens(0.05):
        yield from _withdrawn(life)
    if life.happens(0.6):
        chosen = DisciplineChosen(discipline=life.plan.discipline)
        yield life.act("program-manager", chosen, NoRisksRecorded(reason="it was done alike before"), hours=DAY)
    features = _features(life)
    if features:
        yield life.act("program-manager", *features, hours=DAY)
    yield from reviewed(life, *START)
    yield from _built(life, features)
    yield from _tested(life)
    if life.happens(0.08):
        yield from _deployed_too_early(life)
    yield from reviewed(life, *GO, at_last=partial(_excused, life))
    yield from _deployed(life)
    yield from reviewed(life, Gate.DEPLOYED)


def _proposal(life: Life) -> Propose:
    roles = ("change-manager", "tester", "developer", "solution-manager", "program-manager", "customer")
    wanted = Window(opens=life.now + timedelta(days=14), closes=life.now + timedelta(days=60))
    return Propose(
        title=life.plan.title,
        project_kind=life.plan.kind,
        service=life.plan.service,
        customer=life.plan.unit,
        answers=answers("minor", life.chance),
        priority=life.plan.priority,
        team=tuple(Granted(person=life.who(role), role=role) for role in roles),
        rfc=RfcSubmitted(
            rfc="r1",
            services=(life.plan.service,),
            configuration_items=(f"{life.plan.service}-server",),
            users_affected=life.chance.randint(5, 400),
            downtime_minutes=life.one_of((0, 0, 5, 15)),
            window_wanted=wanted,
            rollback=life.document("way-back", "The way back"),
        ),
    )


def _withdrawn(life: Life) -> Steps:
    asked = CancelProject(cause="withdrawn", disposal="nothing was begun", reason="the need is gone")
    yield life.act("change-manager", asked, hours=life.hours(WEEK))
    raise Over


def _features(life: Life) -> tuple[FeaturePlanned, ...]:
    wanted = life.one_of((0, 0, 0, 1, 2, 3))
    return tuple(
        FeaturePlanned(feature=f"f{n}", title=f"Part {n} of the change", size=str(n)) for n in range(1, wanted + 1)
    )


def _built(life: Life, features: tuple[FeaturePlanned, ...]) -> Steps:
    for planned in features:
        done = FeatureCompleted(feature=planned.feature, effort_hours=str(round(life.hours(12))))
        yield life.act("developer", done, hours=life.hours(2 * DAY))
        checked = FeatureVerified(feature=planned.feature, conforms=life.happens(0.85))
        yield life.act("tester", checked, hours=life.hours(4))
        if not checked.conforms:
            again = FeatureCompleted(feature=planned.feature, effort_hours="6", reason="it was not as specified")
            yield life.act("developer", again, hours=life.hours(DAY))
            yield life.act("tester", FeatureVerified(feature=planned.feature, conforms=True), hours=life.hours(4))
    build = BuildRecorded(build="b1", digest=life.digest("build-1"))
    yield life.act("developer", build, hours=life.hours(2 * DAY))
    cost = CostRecorded(period=f"{life.now:%Y-%m}", amount=euros(life.hours(2500)), type="labour")
    yield life.act("program-manager", cost, hours=2)
    digest = life.digest("candidate-1")
    built, chosen = CandidateBuilt(candidate="c1", digest=digest), CandidateChosen(candidate="c1", digest=digest)
    yield life.act("developer", built, chosen, hours=life.hours(4))


def _tested(life: Life) -> Steps:
    planned = life.chance.randint(4, 20)
    failed = life.one_of((0, 0, 0, 1, 2))
    run = TestRunCompleted(
        run="t1", type="acceptance", candidate="c1", planned=planned, passed=planned - failed, failed=failed
    )
    yield life.act("tester", run, hours=life.hours(DAY))
    for n in range(1, failed + 1):
        defect, severity = f"d{n}", life.one_of(("minor", "major", "critical"))
        found = DefectReported(
            defect=defect, severity=severity, found_in="test", candidate="c1", title="Rounds wrongly"
        )
        yield life.act("tester", found, hours=1)
        yield life.act("program-manager", DefectTriaged(defect=defect, severity=severity, decision="fix"), hours=3)
        if life.happens(0.15):
            life.waives = "no-blocking-defects"
            continue
        yield life.act("developer", DefectResolved(defect=defect, resolution="fixed"), hours=life.hours(DAY))
        yield life.act("tester", DefectVerified(defect=defect, candidate="c1"), hours=life.hours(3))


def _excused(life: Life) -> Steps:
    """A defect that is left open is waived by the other change manager."""
    if life.waives:
        yield from waived(life, life.waives, Gate.RELEASE_READY)


def _start(life: Life, attempt: int) -> DeploymentStarted:
    return DeploymentStarted(attempt=f"a{attempt}", candidate_digest=life.digest("candidate-1"))


def _finish(life: Life, attempt: int) -> DeploymentFinished:
    return DeploymentFinished(attempt=f"a{attempt}", result="succeeded", digest_found=life.digest("candidate-1"))


def _deployed_too_early(life: Life) -> Steps:
    """It goes into production before anyone allowed it, is told afterwards, and is taken back."""
    back = DeploymentRolledBack(attempt="a0", cause="nobody had allowed it yet")
    yield life.act("developer", _start(life, 0), hours=DAY)
    yield life.act("program-manager", _finish(life, 0), back, hours=life.hours(5))


def _deployed(life: Life) -> Steps:
    works = life.happens(0.88)
    length = timedelta(days=4)
    opens = life.world.thawed(life.at(life.hours(DAY)), length)
    window = RfcScheduled(rfc="r1", window=Window(opens=opens, closes=opens + length))
    yield life.act("change-manager", window, hours=1)
    life.now = opens
    if not works:
        failed = DeploymentFinished(attempt="a1", result="failed")
        back = DeploymentRolledBack(attempt="a1", cause="the service did not start")
        yield life.act("pipeline", _start(life, 1), hours=1)
        yield life.act("pipeline", failed, back, hours=life.hours(1))
    attempt = 1 if works else 2
    yield life.act("pipeline", _start(life, attempt), hours=1 if works else DAY)
    yield life.act("pipeline", _finish(life, attempt), hours=0.5)
    stable = DeploymentConfirmedStable(attempt=f"a{attempt}", verified="it does what was asked for")
    closed = PostImplementationReviewRecorded(
        technical_success=works,
        business_success=True,
        on_time=life.happens(0.7),
        on_budget=life.happens(0.8),
        lessons=life.lessons(),
    )
    yield life.act("program-manager", stable, closed, hours=life.hours(2 * DAY))
