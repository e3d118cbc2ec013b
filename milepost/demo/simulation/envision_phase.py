"""Envision as it is lived: goals, stakeholders, criteria of success, risks, vision and scope."""

from domain.build.documents import DocumentRecorded, DocumentType
from domain.envision.criteria import SuccessCriterionAgreed
from domain.envision.risks import RiskAssessed
from domain.envision.stakeholders import StakeholderIdentified
from domain.envision.team import AssignRole
from domain.envision.vision import VisionScopeBaselined
from domain.lifecycle import Gate, Phase
from domain.portfolio.goals import GoalLinked
from domain.portfolio.phases import PhaseStarted
from milepost.demo.simulation.life import Life, Step, Steps, euros
from milepost.demo.simulation.office import DAY, WEEK

GOALS = {
    "faster-orders": "An order is answered on the day it comes in",
    "lower-costs": "Running IT costs a tenth less in three years",
    "one-customer": "A customer tells us everything once",
    "always-there": "What the branches need is there when they need it",
}
PARTIES = ("works-council", "data-protection", "branches")
RISKS = (
    "the supplier delivers late", "the data are worse than thought", "those who know it leave",
    "the old interface is switched off first", "the network to the branches is too slow",
)  # fmt: skip
MEASURES = (
    ("handling-time", "minutes from order to answer", "minutes", "42", "30", "down"),
    ("calls", "calls to support in a month", "calls", "310", "200", "down"),
    ("satisfied", "users who are content, of a hundred asked", "users", "61", "75", "up"),
)
PACE = {"significant": 1.0, "major": 1.5}
"""How long the phases of a category take, as multiples."""


def envisioning(life: Life) -> Steps:
    """Everything that the review of Envision looks at but vision and scope."""
    yield life.act("program-manager", PhaseStarted(phase=Phase.ENVISION), hours=DAY)
    goal = life.one_of(list(GOALS))
    linked = GoalLinked(goal=goal, statement=GOALS[goal], confirmed_by_role="sponsor")
    yield life.act("sponsor", linked, hours=life.hours(2 * DAY))
    yield life.act("product-manager", *_parties(life), hours=life.hours(3 * DAY))
    if speakers := [AssignRole(person=life.who("stakeholder"), role="stakeholder", party=p) for p in life.stakeholders]:
        yield life.act("solution-manager", *speakers, hours=DAY)
    yield documented(life, "program-manager", "structure", "project-structure", "Project structure", 3 * DAY)
    yield life.act("product-manager", *_criteria(life), hours=life.hours(WEEK * PACE[life.column]))
    yield from assessed(life)


def vision(life: Life) -> Steps:
    written = VisionScopeBaselined(
        version=1,
        document=life.document("vision", "Vision and scope"),
        problem=f"{life.plan.unit} waits too long for {life.plan.service}",
        objectives=("shorter ways", "fewer mistakes"),
        in_scope=(life.plan.service, "its interfaces"),
        out_of_scope=("the branches abroad",),
    )
    yield life.act("product-manager", written, hours=life.hours(WEEK * PACE[life.column]))


def documented(life: Life, role: str, name: str, type_: DocumentType, title: str, hours: float, *about: str) -> Step:
    """Somebody lays a document down as evidence."""
    digest = life.digest(name)
    life.documents[name] = digest
    told = DocumentRecorded(document=name, type=type_, title=title, digest=digest, media="text/html", about=about)
    return life.act(role, told, hours=life.hours(hours))


def assessed(life: Life) -> Steps:
    """Risks are looked at, known ones again."""
    known = life.chance.randint(2, len(RISKS))
    risks = [
        RiskAssessed(
            risk=f"r{n}",
            statement=statement,
            probability=life.chance.randrange(50, 600, 50),
            impact_days=life.chance.randint(2, 30),
            impact_money=euros(life.hours(20_000, 0.8)),
            owner=life.who(life.one_of(("developer", "product-manager", "release-management"))),
            response=life.one_of(("watch", "test early", "name a deputy", "keep the old one running")),
        )
        for n, statement in enumerate(RISKS[:known], 1)
    ]
    yield life.act("program-manager", *risks, hours=life.hours(DAY))


def _parties(life: Life) -> list[StakeholderIdentified]:
    asked = PARTIES[: life.chance.randint(1, 2) if life.column == "major" else life.chance.randint(0, 1)]
    life.stakeholders = asked
    return [
        StakeholderIdentified(party=life.plan.unit, stake="customer"),
        StakeholderIdentified(party="it-operations", stake="operations", interest="quiet nights"),
        *(StakeholderIdentified(party=party, stake="stakeholder", required_at=(Gate.ENVISIONED,)) for party in asked),
    ]


def _criteria(life: Life) -> list[SuccessCriterionAgreed]:
    chosen = life.chance.sample(MEASURES, 2 if life.column == "major" else 1)
    life.measures = tuple((name, target) for name, _, _, _, target, _ in chosen)
    return [
        SuccessCriterionAgreed(
            criterion=name,
            statement=f"{measure}: from {baseline} to {target}",
            measure=measure,
            unit=unit,
            baseline_value=baseline,
            target_value=target,
            direction="down" if direction == "down" else "up",
            measure_by=life.day(life.chance.randint(330, 480)),
            measured_by=life.who("product-manager"),
            agreed_with=life.plan.unit,
        )
        for name, measure, unit, baseline, target, direction in chosen
    ]
