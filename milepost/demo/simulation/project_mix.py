"""The portfolio that is simulated: how many projects of which category, kind and discipline, and when each begins."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from domain.lifecycle import Category, Column, Priority, ProjectKind, column_of
from domain.policy.policy import Policy
from milepost.demo.simulation.emergency import emergency
from milepost.demo.simulation.large import large
from milepost.demo.simulation.life import POLICY, Life, Plan, Steps, World
from milepost.demo.simulation.minor import minor
from milepost.demo.simulation.office import later
from milepost.demo.simulation.organisation import SERVICES, TITLES, UNITS, team
from milepost.demo.simulation.rules import TEMPLATES, rules
from milepost.demo.simulation.standard import standard
from milepost.policies import default_policy

MONTHS = 18
LEAD = timedelta(days=7)
"""How long the rules are in force before the first project begins."""

What = Category | Literal["emergency"]
MIX: tuple[What, ...] = (
    "significant", "minor", "standard", "major", "minor", "standard", "significant", "minor", "emergency", "standard",
    "significant", "minor", "major", "standard", "significant", "minor", "standard", "major", "minor", "significant",
)  # fmt: skip
"""What the projects are, one after the other and over again: half of them are standard or minor."""

DISCIPLINES = ("msf", "agile", "scrum", "cmmi", "pmi", "lean")
EARLIER: dict[What, float] = {"major": 2.0, "significant": 1.3}
"""How much more often the beginnings of long projects lie long ago, so that some of them have come to their end."""

OF_EMERGENCIES: tuple[Category, ...] = ("minor", "significant")
ORDINARY: tuple[Priority, ...] = ("low", "medium", "medium", "medium", "high")
KINDS: tuple[ProjectKind, ...] = ("it_service", "infrastructure", "packaged_product", "change")


def portfolio(projects: int, seed: int, now: datetime) -> Iterator[tuple[Life, Steps]]:
    """The lives of the rules and of so many projects: the same ones for the same seed and moment."""
    begins = now - timedelta(days=MONTHS * 30)
    world = World(policy=simulated_policy())
    chance = Random(f"{seed}/rules")  # noqa: S311 (a simulation needs luck that can be repeated, and no secrets)
    everyone = team("minor", "sales", chance)
    first = later(begins - LEAD, 0)
    of_rules = Life(_of_rules(first), everyone, chance, world, first, world.policy)
    yield of_rules, rules(of_rules)
    numbers: Counter[str] = Counter()
    for index in range(projects):
        chance = Random(f"{seed}/{index}")  # noqa: S311 (the same)
        plan = _planned(index, numbers, chance, begins, now)
        people = team(column_of(plan.category, plan.priority), plan.unit, chance)
        life = Life(plan, people, chance, world, plan.begins, world.policy)
        yield life, lived(life)


def _of_rules(first: datetime) -> Plan:
    return Plan("rules", "rules", "sales", "The rules", "change", "minor", DISCIPLINES[0], first)


def simulated_policy() -> Policy:
    """The default policy under the name of what is simulated, in a stream of its own: origins never mix."""
    return default_policy().model_copy(update={"name": POLICY})


def lived(life: Life) -> Steps:
    """A project's life, by its plan and the rules in force when it begins."""
    life.policy = life.world.policy
    if life.plan.category == "standard" and life.plan.service not in life.world.templates:
        life.plan = replace(life.plan, category="minor")
    yield from _LIVES[life.column](life)


_LIVES: Mapping[Column, Callable[[Life], Steps]] = {
    "standard": standard,
    "minor": minor,
    "significant": large,
    "major": large,
    "emergency": emergency,
}


def _planned(index: int, numbers: Counter[str], chance: Random, begins: datetime, now: datetime) -> Plan:
    what = MIX[index % len(MIX)]
    category = chance.choice(OF_EMERGENCIES) if what == "emergency" else what
    service = SERVICES[0] if index == 0 else chance.choice(list(TEMPLATES) if what == "standard" else SERVICES)
    numbers[service] += 1
    return Plan(
        key=f"{service}-{numbers[service]}",
        service=service,
        unit=chance.choice(list(UNITS)),
        title=_title(what, service, chance),
        kind="change" if what in ("standard", "emergency") else chance.choice(KINDS),
        category=category,
        discipline=DISCIPLINES[index % len(DISCIPLINES)],
        begins=_beginning(index, what, chance, begins, now),
        priority="emergency" if what == "emergency" else chance.choice(ORDINARY),
    )


def _title(what: What, service: str, chance: Random) -> str:
    return TEMPLATES[service][1] if what == "standard" else chance.choice(TITLES[what]).format(service.upper())


def _beginning(index: int, what: What, chance: Random, begins: datetime, now: datetime) -> datetime:
    """Any time up to now; one in ten in the last days, so that some are just proposed. Emergencies know no weekend."""
    if index == 0:
        return later(now - timedelta(days=110), 0)
    since = now - timedelta(days=12) if chance.random() < 0.1 else begins
    share: float = chance.random() ** EARLIER.get(what, 1.0)
    moment = since + share * (now - since)
    if what == "emergency":
        return moment.replace(microsecond=0)
    return later(moment if later(moment, 0) <= now else now - timedelta(days=4), 0)
