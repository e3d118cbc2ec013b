"""Deploy as it is lived: authorized, brought to core and sites, watched, handed over, accepted; and what goes wrong."""

from collections.abc import Generator
from datetime import timedelta

from domain.deploy.acceptance import AcceptSolution
from domain.deploy.benefits import BenefitMeasured
from domain.deploy.deployments import CORE, DeploymentFinished, DeploymentRolledBack, DeploymentStarted
from domain.deploy.incidents import IncidentReported, IncidentRestored
from domain.deploy.ownership import OwnershipTransferred
from domain.deploy.post_implementation import PostImplementationReviewRecorded
from domain.deploy.sites import DeploymentSignedOff, SitePlanned
from domain.deploy.stabilization import Assumed, DeploymentConfirmedStable, StartQuietPeriod
from domain.deploy.surveys import SurveyRecorded
from domain.lifecycle import Phase
from domain.planning.rfc import RfcScheduled, Window
from domain.portfolio.phases import PhaseStarted
from domain.reviews.deployment_authorization import AuthorizeDeployment
from domain.stabilize.defects import DefectReported
from milepost.demo.simulation.build_phase import spent
from milepost.demo.simulation.life import Answer, Life, Step, Steps
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.planning_phase import reached
from milepost.demo.simulation.stabilize_phase import found_again

LATE = timedelta(days=25)


def deploying(life: Life) -> Steps:
    """Everything that the last review looks at, but that operations owns it."""
    yield life.act("release-management", PhaseStarted(phase=Phase.DEPLOY), hours=4)
    yield from _allowed(life)
    attempt = yield from _brought(life, CORE)
    yield from _sites(life)
    yield from _watched(life)
    stable = DeploymentConfirmedStable(
        attempt=attempt,
        verified="the reports agree with the old ones for a week",
        agreed_by=(life.who("customer"), life.who("developer")),
    )
    yield life.act("release-management", stable, hours=life.hours(DAY))
    yield reached(life, Phase.DEPLOY)
    accepted = AcceptSolution(statement="it does what we agreed on")
    yield life.act("customer", accepted, hours=life.hours(3 * DAY))
    yield from _closed(life)


def owned(life: Life) -> Steps:
    """Operations takes it over."""
    person = life.who("operations")
    taken = OwnershipTransferred(to_unit=f"{life.plan.service}-operations", accepted_by=person)
    yield life.act("operations", taken, hours=life.hours(2 * DAY))


def afterwards(life: Life) -> Steps:
    """Once the project is over: what users think of it, and what it was worth."""
    asked = life.chance.randint(20, 90)
    counts = ((3, asked // 8), (4, asked // 3), (5, asked // 5))
    survey = SurveyRecorded(survey="s1", invited=asked, counts=counts)
    yield life.act("product-manager", survey, hours=life.hours(3 * WEEK))
    life.now = life.at(life.hours(12 * WEEK))
    for criterion, target in life.measures:
        value = round(int(target) * life.chance.uniform(0.85, 1.25))
        measured = BenefitMeasured(criterion=criterion, value=str(value), measured_on=life.today)
        yield life.act("product-manager", measured, hours=life.hours(DAY))


def _allowed(life: Life) -> Steps:
    """A window is found, after a freeze or by an exception from it, and core and sites are authorized in it."""
    length = timedelta(days=6 + len(life.sites))
    wanted = life.at(DAY)
    thawed = life.world.thawed(wanted, length)
    opens = wanted if life.column == "major" else thawed
    exception = "the old supplier switches off this week" if opens != thawed else None
    window = RfcScheduled(rfc="r1", window=Window(opens=opens, closes=opens + length), freeze_exception=exception)
    yield life.act("change-manager", window, hours=1)
    life.now = max(life.now, opens)
    core = AuthorizeDeployment(authorization=CORE, scope="core", reason="as decided")
    sites = (AuthorizeDeployment(authorization=site, scope="site", reason="as decided") for site in life.sites)
    yield life.act("release-management", core, *sites, hours=1)


def _brought(life: Life, target: str) -> Generator[Step, Answer, str]:
    """Brought there and signed for; a first try that fails is taken back, and tried again. Gives the attempt's id."""
    digest = life.digest(life.candidate)
    works = life.happens(0.85)
    if not works:
        first = DeploymentStarted(attempt=f"{target}-1", target=target, candidate_digest=digest, authorization=target)
        failed = DeploymentFinished(attempt=first.attempt, result="failed")
        back = DeploymentRolledBack(attempt=first.attempt, cause="the data could not be brought over")
        yield life.act("pipeline", first, hours=2)
        yield life.act("pipeline", failed, back, hours=life.hours(2))
    name = f"{target}-{1 if works else 2}"
    begun = DeploymentStarted(attempt=name, target=target, candidate_digest=digest, authorization=target)
    ended = DeploymentFinished(attempt=name, result="succeeded", digest_found=digest)
    signed = DeploymentSignedOff(target=target, owner=life.who("operations"), attempt=name)
    yield life.act("pipeline", begun, hours=2)
    yield life.act("pipeline", ended, hours=life.hours(1.5))
    yield life.act("release-management", signed, hours=life.hours(3))
    return name


def _sites(life: Life) -> Steps:
    """One site after the other; the last may be left out by agreement, or served long after its window."""
    fate = life.weighed({"served": 70, "left-out": 12, "late": 18}) if life.sites else "served"
    for site in life.sites if fate == "served" else life.sites[:-1]:
        yield from _brought(life, site)
    if fate == "left-out":
        left_out = SitePlanned(
            site=life.sites[-1], state="excluded", agreed_by=life.who("customer"), reason="the branch is closing"
        )
        yield life.act("release-management", left_out, hours=DAY)
    elif fate == "late":
        life.now += LATE
        yield from _brought(life, life.sites[-1])


def _watched(life: Life) -> Steps:
    """The quiet period, with the incidents that make it none."""
    begun = StartQuietPeriod(assumed=Assumed(availability_ppm=999_000, incidents=1, restore_minutes=60))
    yield life.act("release-management", begun, hours=4)
    ends = life.now + timedelta(days=31 if life.column == "major" else 8)
    for number in range(1, life.one_of((0, 0, 1, 2)) + 1):
        name = f"i{number}"
        life.now = life.at(life.hours(1.5 * DAY))
        seen = IncidentReported(
            incident=name, service=life.plan.service, severity=life.one_of(("minor", "major")), detected_at=life.now
        )
        yield life.act("support", seen, hours=0.5)
        yield life.act("operations", IncidentRestored(incident=name, how="restarted"), hours=life.hours(2))
    if life.happens(0.3):
        escaped = DefectReported(
            defect="d-escaped", severity="minor", found_in="production", deployment=CORE, title="a label is cut off"
        )
        yield life.act("support", escaped, hours=life.hours(DAY))
    life.now = max(life.now, ends)


def _closed(life: Life) -> Steps:
    on_time, on_budget = life.happens(0.6), life.happens(0.65)
    looked_back = PostImplementationReviewRecorded(
        technical_success=True,
        business_success=life.happens(0.85),
        on_time=on_time,
        on_budget=on_budget,
        rfc_result="successful" if on_time else "with-issues",
        lessons=life.lessons(),
        attendees=(life.who("program-manager"), life.who("operations")),
    )
    yield life.act("program-manager", looked_back, hours=life.hours(WEEK))
    yield life.act("product-manager", SurveyRecorded(survey="s1", planned_for=life.day(60)), hours=DAY)
    yield spent(life)
    yield found_again(life)
