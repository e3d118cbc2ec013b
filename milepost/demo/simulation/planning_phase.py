"""Project Planning as it is lived: discipline, needs, specification, features, plan, schedule, budget, request."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from domain.deploy.sites import NoSitesDeclared, SitePlanned
from domain.lifecycle import GATES, Gate, Phase
from domain.planning.budget import BudgetBaselined
from domain.planning.discipline import DisciplineChosen
from domain.planning.estimates import EstimateGiven
from domain.planning.features import FeaturePlanned
from domain.planning.interim_milestones import InterimMilestoneReached
from domain.planning.plans import PlanBaselined, Subplan
from domain.planning.requirements import RequirementCaptured
from domain.planning.rfc import RfcSubmitted, Window
from domain.planning.schedule import MilestoneDue, ScheduleBaselined, WorkPackagePlanned
from domain.planning.specification import BaselineSpecification
from domain.planning.traces import TraceLinked
from domain.portfolio.phases import PhaseStarted
from milepost.demo.simulation.envision_phase import PACE
from milepost.demo.simulation.life import Life, Step, Steps, euros
from milepost.demo.simulation.office import DAY, WEEK

NEEDS = (
    "find an order by its number", "see who changed what", "print in two languages", "work without a mouse",
    "answer within a second", "send a mail when it is done", "undo the last step", "keep ten years of history",
    "sign in once", "export to a spreadsheet", "show it on a phone", "restore a backup in an hour",
    "block an account", "count what is used",
)  # fmt: skip
Level = Literal["business", "user", "operational", "system"]
LEVELS: tuple[Level, ...] = ("business", "user", "user", "operational", "system")
SITES = ("oslo", "lyon", "turin", "graz", "ghent", "porto")
DRIVES = {
    "test": "tester", "development": "developer", "training": "user-experience", "deployment": "release-management",
}  # fmt: skip
"""Which role drives a sub-plan, where that is not the Program Manager."""

INTERIM = {
    "msf": ("technology-validated", "internal-release", "bug-convergence", "core-deployed"),
    "agile": ("iteration", "internal-release", "hardening", "retrospective"),
    "scrum": ("sprint", "increment", "sprint-review", "retrospective"),
    "cmmi": ("commitment-obtained", "verified", "validated", "track-checkpoint"),
    "pmi": ("scope-baselined", "phase-gate", "phase-gate", "phase-gate"),
    "lean": ("value-stream-mapped", "release-cut", "release-cut", "value-measured"),
}
"""An interim milestone of each discipline, by phase from Planning on."""


def planning(life: Life) -> Steps:
    """Everything that the review of the plan looks at but the risks, which are looked at again at the end."""
    pace = PACE[life.column]
    chosen = DisciplineChosen(discipline=life.plan.discipline, iteration_days=14 if life.iterates else None)
    yield life.act("program-manager", PhaseStarted(phase=Phase.PLANNING), chosen, hours=DAY)
    needs = life.chance.sample(NEEDS, life.chance.randint(3, 6) if life.column == "significant" else 8)
    life.requirements = tuple(f"n{n}" for n in range(1, len(needs) + 1))
    yield life.act("product-manager", *_captured(life, needs), hours=life.hours(WEEK * pace))
    specified = BaselineSpecification(
        version=1,
        document=life.document("specification", "Functional specification"),
        design=life.document("design", "Design"),
    )
    yield life.act("developer", specified, hours=life.hours(WEEK * pace))
    yield life.act("program-manager", *_features(life), hours=life.hours(2 * DAY))
    if life.column == "major":
        traces = [TraceLinked(requirement=name, to=f"t-{name}", to_kind="test") for name in life.requirements]
        yield life.act("tester", *traces, hours=life.hours(DAY))
    yield from estimated(life)
    yield life.act("program-manager", *_packages(life), hours=life.hours(DAY))
    yield life.act("program-manager", _schedule(life, 1), hours=2)
    yield life.act("program-manager", _plan(life), hours=life.hours(3 * DAY))
    yield life.act("release-management", request(life, 1), *_sites(life), hours=life.hours(2 * DAY))
    yield reached(life, Phase.PLANNING)


def reached(life: Life, phase: Phase, n: int | None = None) -> Step:
    """A point of the discipline is reached."""
    name = INTERIM[life.plan.discipline][list(Phase).index(phase) - 1]
    point = InterimMilestoneReached(milestone=name, phase=phase, n=n)
    return life.act("program-manager", point, hours=2)


def _captured(life: Life, needs: Sequence[str]) -> list[RequirementCaptured]:
    return [
        RequirementCaptured(
            requirement=name,
            level=life.one_of(LEVELS),
            statement=f"Users can {need}",
            source=life.plan.unit,
            priority=life.one_of(("must", "should")),
        )
        for name, need in zip(life.requirements, needs, strict=True)
    ]


def _features(life: Life) -> list[FeaturePlanned]:
    """Each requirement has a feature."""
    life.features = tuple(f"f{n}" for n in range(1, len(life.requirements) + 1))
    return [
        FeaturePlanned(
            feature=feature,
            title=f"What answers {need}",
            requirements=(need,),
            size=str(life.one_of((1, 2, 3, 5, 8))),
            unit="points",
        )
        for feature, need in zip(life.features, life.requirements, strict=True)
    ]


def estimated(life: Life) -> Steps:
    """Hours and money by feature; one of them may turn out wrong later."""
    told = [
        EstimateGiven(
            item_type="feature",
            item_id=feature,
            effort_hours=str(round(life.hours(60))),
            cost=euros(life.hours(6000)),
            method="three-point",
            by_role="developer",
        )
        for feature in life.features
    ]
    life.estimated = yield life.act("developer", *told, hours=life.hours(2 * DAY))
    budget = BudgetBaselined(version=1, at_completion=euros(11_000 * len(told)), contingency=euros(1_500 * len(told)))
    yield life.act("program-manager", budget, hours=life.hours(DAY))


def _packages(life: Life) -> list[WorkPackagePlanned]:
    start = life.today
    return [
        WorkPackagePlanned(
            package=f"p-{feature}",
            schedule=1,
            start=start + timedelta(days=7 * n),
            finish=start + timedelta(days=7 * n + 21),
            planned_value=euros(9_000),
            earning="percent",
            features=(feature,),
        )
        for n, feature in enumerate(life.features)
    ]


def _schedule(life: Life, version: int, later: int = 0) -> ScheduleBaselined:
    """The days of the gates to come; a later version puts them off."""
    pace = PACE[life.column]
    days = {
        gate: life.day(pace * (14 + 28 * n) + later) for n, gate in enumerate(GATES[GATES.index(Gate.PLAN_APPROVED) :])
    }
    return ScheduleBaselined(
        version=version, milestones=tuple(MilestoneDue(gate=gate, day=day) for gate, day in days.items())
    )


def slipped(life: Life, version: int) -> ScheduleBaselined:
    """The schedule as it has to be now."""
    return _schedule(life, version, life.chance.randint(10, 40)).model_copy(update={"reason": "the supplier was late"})


def _plan(life: Life) -> PlanBaselined:
    names = (*(life.policy.subplans.of(life.column) or ()), "rollback")
    plans = tuple(Subplan(subplan=name, driving_role=DRIVES.get(name, "program-manager")) for name in names)
    return PlanBaselined(version=1, document=life.document("plan", "Master project plan"), subplans=plans)


def request(life: Life, number: int) -> RfcSubmitted:
    """What operations is asked for."""
    opens = life.now + timedelta(days=70 // number)
    return RfcSubmitted(
        rfc="r1",
        services=(life.plan.service,),
        configuration_items=(f"{life.plan.service}-server", f"{life.plan.service}-database"),
        users_affected=life.chance.randint(200, 9000),
        downtime_minutes=life.one_of((15, 30, 60, 120)),
        window_wanted=Window(opens=opens, closes=opens + timedelta(days=14)),
        rollback=life.document("way-back", "The way back"),
    )


def _sites(life: Life) -> tuple[SitePlanned, ...] | tuple[NoSitesDeclared]:
    life.sites = SITES[: life.chance.randint(2, 5) if life.column == "major" else life.one_of((0, 0, 2, 3))]
    if not life.sites:
        return (NoSitesDeclared(reason="it runs in one place for all"),)
    return tuple(SitePlanned(site=site, owner=f"{site}-desk", planned=life.day(120)) for site in life.sites)
