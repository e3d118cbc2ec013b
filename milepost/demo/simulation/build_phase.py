"""Build as it is lived: features done and verified, builds, iterations, costs; and scope that changes on the way."""

from datetime import date, timedelta
from typing import Literal

from domain.build.builds import BuildRecorded, BuildVerified, Commits
from domain.build.completion import FeatureCompleted, FeatureVerified
from domain.build.costs import CostRecorded
from domain.build.iterations import IterationCompleted
from domain.build.progress import ProgressReported
from domain.lifecycle import Phase
from domain.planning.change_requests import ChangeRequestRaised, DecideChangeRequest
from domain.planning.features import FeaturePlanned
from domain.planning.requirements import RequirementRevised
from domain.portfolio.phases import PhaseStarted
from milepost.demo.simulation.envision_phase import PACE, documented
from milepost.demo.simulation.life import Life, Step, Steps, euros
from milepost.demo.simulation.office import DAY, WEEK
from milepost.demo.simulation.planning_phase import reached, slipped

KINDS_OF_COST: tuple[Literal["labour", "purchase", "service"], ...] = ("labour", "labour", "purchase", "service")


def building(life: Life) -> Steps:
    """Everything that the review of Build looks at, but that the last build was accepted."""
    yield life.act("developer", PhaseStarted(phase=Phase.BUILD, trigger="first-work"), hours=DAY)
    yield documented(life, "tester", "tests", "test-specification", "Test specification", WEEK)
    begins = life.today
    for number, feature in enumerate(life.features, 1):
        yield progressed(life, feature, life.chance.randrange(200, 900, 50))
        yield from _feature(life, feature)
        yield progressed(life, feature, 1000)
        if number % 3 == 0:
            yield spent(life)
            yield reached(life, Phase.BUILD, number // 3)
            yield from _iteration(life, number // 3, begins)
            begins = life.today + timedelta(days=1)
    if life.happens(0.4):
        yield from _changed(life)
    if life.happens(0.35):
        yield life.act("program-manager", slipped(life, 2), hours=DAY)
    yield spent(life)
    yield built(life)


def accepted(life: Life) -> Steps:
    """The last build is verified; now and then only the one after it."""
    if life.happens(0.15):
        broken = BuildVerified(build=f"b{life.builds}", accepted=False, checks=("smoke",), cause="it does not start")
        yield life.act("tester", broken, hours=life.hours(4))
        yield built(life)
    good = BuildVerified(build=f"b{life.builds}", accepted=True, checks=("smoke", "unit tests"))
    yield life.act("tester", good, hours=life.hours(4))


def spent(life: Life) -> Step:
    """What was booked for the month."""
    what = life.one_of(KINDS_OF_COST)
    cost = CostRecorded(period=f"{life.now:%Y-%m}", amount=euros(life.hours(9_000)), type=what)
    return life.act("program-manager", cost, hours=1)


def progressed(life: Life, feature: str, done: int) -> Step:
    """So much of a feature's package is done, in thousandths."""
    progress = ProgressReported(package=f"p-{feature}", as_of=life.today, done_permille=done)
    return life.act("program-manager", progress, hours=life.hours(DAY if done < 1000 else 2))


def _feature(life: Life, feature: str) -> Steps:
    effort = str(round(life.hours(60)))
    done = FeatureCompleted(feature=feature, effort_hours=effort)
    yield life.act("developer", done, hours=life.hours(2 * DAY * PACE[life.column]))
    if life.happens(0.18):
        yield life.act("tester", FeatureVerified(feature=feature, conforms=False), hours=life.hours(DAY))
        mended = FeatureCompleted(feature=feature, effort_hours=effort, reason="mended as the tester asked")
        yield life.act("developer", mended, hours=life.hours(DAY))
    yield life.act("tester", FeatureVerified(feature=feature, conforms=True), hours=life.hours(0.6 * DAY))


def _iteration(life: Life, number: int, begins: date) -> Steps:
    planned = life.chance.randint(8, 24)
    done = max(3, planned - life.one_of((0, 0, 1, 3, 6)))
    ended = IterationCompleted(
        iteration=f"i{number}",
        begins=min(begins, life.today),
        ends=life.today,
        planned_size=str(planned),
        done_size=str(done),
        unit="points",
        goal_met=done == planned,
    )
    if life.iterates:
        yield life.act("program-manager", ended, hours=1)


def built(life: Life) -> Step:
    """The next build is made."""
    life.builds += 1
    name = f"b{life.builds}"
    commits = Commits(
        count=life.chance.randint(5, 80), first_at=life.now - timedelta(days=12), last_at=life.now - timedelta(hours=2)
    )
    made = BuildRecorded(build=name, digest=life.digest(name), revision=life.digest(name)[7:19], commits=commits)
    return life.act("developer", made, hours=life.hours(4))


def _changed(life: Life) -> Steps:
    """Somebody wants more; the change manager decides, and what is let in is built as well."""
    new = f"f{len(life.features) + 1}"
    asked = ChangeRequestRaised(
        request="cr1", about="scope", adds=(new, life.requirements[0]), impact_days=8, impact_money=euros(7_000)
    )
    yield life.act("product-manager", asked, hours=life.hours(DAY))
    granted = life.happens(0.7)
    decided = DecideChangeRequest(
        request="cr1", outcome="approved" if granted else "refused", reason=None if granted else "it can wait"
    )
    yield life.act("change-manager", decided, hours=life.hours(3 * DAY))
    if granted:
        told = RequirementRevised(
            requirement=life.requirements[0], change="changed", statement="Users can do so twice", change_request="cr1"
        )
        planned = FeaturePlanned(feature=new, title="What was asked for later", requirements=(life.requirements[0],))
        yield life.act("product-manager", told, planned, hours=DAY)
        yield from _feature(life, new)
