"""A life: what the people of one project do, one after another, each thing at its moment on a virtual clock."""

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from typing import TypeVar

from domain.command import Command
from domain.lifecycle import Category, Column, Gate, Priority, ProjectKind, column_of
from domain.policy.policy import Policy
from domain.reviews.fact_reports import report
from domain.state.project import ProjectFact
from domain.values import Document, Money
from milepost.demo.simulation.office import later
from milepost.demo.simulation.organisation import Team
from milepost.log.command_outcome import CommandOutcome, CommandRequest, Status

ORIGIN = "simulated"
POLICY = "simulated"
WORST = 2.5
"""How many standard deviations luck may be off, so that what expires is used before it does."""

LESSONS = (
    "ask operations at the beginning",
    "measure before and after",
    "small steps fail small",
    "try the way back before you need it",
    "name a deputy for everyone who signs",
)
T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One request at its moment, and how it has to be answered: anything else is a fault of the simulation."""

    request: CommandRequest
    expects: Status = "accepted"

    @property
    def at(self) -> datetime:
        assert self.request.at is not None, "what is simulated has a moment of its own"
        return self.request.at


Answer = Callable[[], CommandOutcome]
"""What a step was answered; asking waits until it is durable, and raises `Unlikely` where that is unexpected."""

Steps = Generator[Step, Answer, None]
"""A life, or a piece of one: gives step after step, and hears of each when the clock has come to it."""


class Unlikely(Exception):
    """A step was answered otherwise than it had to be: the simulation, or the domain, is at fault. Says which step."""


class Over(Exception):
    """The project is cancelled: nothing more happens in this life."""


@dataclass
class World:
    """What all lives share: the policy in force for new projects, templates that may be used, freezes.

    `templates` and how often each was used go by service.
    """

    policy: Policy
    templates: dict[str, str] = field(default_factory=dict[str, str])
    uses: Counter[str] = field(default_factory=Counter[str])
    freezes: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])

    def thawed(self, moment: datetime, length: timedelta) -> datetime:
        """The moment from which so much time is free of freezes: this one, or the end of one that is in the way."""
        return next((until for since, until in self.freezes if since < moment + length and moment < until), moment)


@dataclass(frozen=True)
class Plan:
    """What kind of project is lived: decided before it begins, so that a portfolio holds some of each."""

    key: str
    service: str
    unit: str
    title: str
    kind: ProjectKind
    category: Category
    discipline: str
    begins: datetime
    priority: Priority = "medium"


@dataclass
class Life:
    """One project as it is lived: its plan, its people, its luck, and the moment that it has come to.

    `documents` are the digests of those that are evidence, `approvals` the reviews that opened its gates, `words` what
    each role signed last.
    """

    plan: Plan
    team: Team
    chance: Random
    world: World
    now: datetime
    policy: Policy
    out_of_hours: bool = False
    stakeholders: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    builds: int = 0
    candidates: int = 0
    measures: tuple[tuple[str, str], ...] = ()
    defects: int = 0
    waives: str | None = None
    proposed: Answer | None = None
    estimated: Answer | None = None
    staffed: Answer | None = None
    words: dict[str, Answer] = field(default_factory=dict[str, Answer])
    documents: dict[str, str] = field(default_factory=dict[str, str])
    attempts: Counter[tuple[Gate, ...]] = field(default_factory=Counter[tuple[Gate, ...]])
    approvals: dict[Gate, str] = field(default_factory=dict[Gate, str])

    @property
    def key(self) -> str:
        return self.plan.key

    @property
    def column(self) -> Column:
        return column_of(self.plan.category, self.plan.priority)

    @property
    def iterates(self) -> bool:
        return self.plan.discipline in ("agile", "scrum", "lean")

    @property
    def candidate(self) -> str:
        """The newest candidate."""
        return f"c{self.candidates}"

    @property
    def today(self) -> date:
        return self.now.date()

    def who(self, role: str) -> str:
        return self.team[role][0]

    def act(self, role: str, *what: Command | ProjectFact, hours: float = 0.5, who: str | None = None) -> Step:
        """Somebody in a role does or tells this, so many hours of work from now; a tool has a name and no role."""
        held = role in self.team
        commands = tuple(report(each) if isinstance(each, ProjectFact) else each for each in what)
        request = CommandRequest(
            stream=f"project-{self.key}",
            commands=commands,
            who=who or (self.who(role) if held else role),
            role=role if held else None,
            origin=ORIGIN,
            policy=POLICY,
            at=self.at(hours),
        )
        return Step(request)

    def at(self, hours: float) -> datetime:
        """The moment so many hours of work from now; of any hours where the service is down."""
        if self.out_of_hours:
            return (self.now + timedelta(hours=hours)).replace(microsecond=0)
        return later(self.now, hours)

    def hours(self, typical: float, spread: float = 0.5) -> float:
        """How long something takes: mostly about as long as is typical, at times much longer (log-normal, bounded)."""
        luck = min(max(self.chance.gauss(0, 1), -WORST), WORST)
        return typical * exp(spread * luck)

    def happens(self, chance: float) -> bool:
        return self.chance.random() < chance

    def one_of(self, choices: Sequence[T]) -> T:
        return self.chance.choice(choices)

    def weighed(self, choices: dict[T, float]) -> T:
        return self.chance.choices(list(choices), list(choices.values()))[0]

    def day(self, calendar_days: float) -> date:
        return self.today + timedelta(days=round(calendar_days))

    def digest(self, of: str) -> str:
        return f"sha256:{hashlib.sha256(f'{self.key}/{of}'.encode()).hexdigest()}"

    def lessons(self) -> tuple[str, ...]:
        return tuple(self.chance.sample(LESSONS, self.chance.choice((0, 0, 1, 2))))

    def document(self, name: str, title: str, version: int = 1) -> Document:
        where = f"{name}-{version}"
        return Document(document=name, title=title, version=str(version), digest=self.digest(where), media="text/html")


def euros(amount: float) -> Money:
    """An amount in whole euros."""
    return Money(amount=str(round(amount)), currency="EUR")
