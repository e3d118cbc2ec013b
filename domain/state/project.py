"""The state of a project, and the base classes of its events and commands."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from domain.command import Command, CommandContext, DecidedEvent
from domain.event import Event, Recorded
from domain.lifecycle import (
    GATES,
    Act,
    Category,
    Column,
    Gate,
    Priority,
    ProjectStatus,
    column_of,
    project_status,
)
from domain.state.facts import Facts
from domain.state.gates import Gates
from domain.state.team import Team


@dataclass
class Entry:
    """Proposal, classification, template, hold and cancellation of a project."""

    proposed: bool = False
    proposed_at: datetime | None = None
    requester: str | None = None
    category: Category | None = None
    priority: Priority = "medium"
    classified_in: int = 0
    lowered_in: int | None = None
    lowering_allowed: bool = True
    template: str | None = None
    template_left: bool = False  # a gate of its standing approval was reversed
    held_since: datetime | None = None
    cancelled: bool = False
    discipline: str | None = None
    policy: str | None = None


@dataclass
class Project:
    stream: str = ""
    version: int = 0
    origin: str = "live"
    entry: Entry = field(default_factory=Entry)
    team: Team = field(default_factory=Team)
    gates: Gates = field(default_factory=Gates)
    facts: Facts = field(default_factory=Facts)
    lines: Any = field(default_factory=hashlib.sha256)
    told_until: datetime | None = None  # the latest measured time of its events

    @property
    def key(self) -> str:
        return self.stream.partition("-")[2]

    @property
    def imported(self) -> bool:
        """Whether this is an imported history, which is observed and never refused."""
        return self.origin.startswith("import:")

    @property
    def held_to(self) -> str | None:
        """The label of the project's policy: the one it was proposed under, or was moved to later."""
        return self.entry.policy

    @property
    def column(self) -> Column:
        """The column of the policy; an unclassified project is treated as major."""
        return column_of(self.entry.category or "major", self.entry.priority)

    @property
    def status(self) -> ProjectStatus:
        """State, phase, last gate and next gate, as every list, page and answer shows them."""
        passed = [gate for gate in GATES if self.gates.passed(gate)]
        entry = self.entry
        return project_status(
            passed, held=entry.held_since is not None, cancelled=entry.cancelled, imported=self.imported
        )

    @property
    def digest(self) -> str:
        """SHA-256 over the stream's stored lines, each ended by a line feed, as in an export."""
        return f"sha256:{self.lines.hexdigest()}"

    def assignment(self, who: str, role: str | None, now: datetime) -> str | None:
        held = self.team.assignment(who, role, now)
        return held.id if held else None

    def apply(self, recorded: Recorded) -> None:
        if not isinstance(recorded.event, ProjectEvent):
            raise TypeError(f"{recorded.event.kind} is no event of a project's stream")
        recorded.event.evolve(self, recorded)
        self.stream, self.version = recorded.stream, recorded.version
        self.told_until = max(self.told_until or recorded.measured_at, recorded.measured_at)
        self.lines.update(recorded.data + b"\n")


class ProjectEvent(Event):
    """An event of a project's stream; `evolve` applies it to the state."""

    belongs_to: ClassVar[str] = "project"

    @abstractmethod
    def evolve(self, project: Project, recorded: Recorded) -> None: ...


class ProjectFact(ProjectEvent):
    """A fact that anyone may report. It is recorded as reported, and rejected only if it is inconsistent.

    `part` names the field that identifies the part of the project that the fact is about, `evidence` the gates whose
    reviews examine it, `command` the command that reports it, `checked_at` the point whose controls it may breach.

    The same fact reported again is ignored, except: always recorded where it is `repeatable`, recorded once after each
    passed gate where it is `renewed_per_gate`, recorded once for each person where it is `per_person`.
    """

    part_field: ClassVar[str] = ""
    evidence_for: ClassVar[tuple[Gate, ...]] = ()
    reported_as: ClassVar[str] = ""
    checked_at: ClassVar[Act | None] = None
    repeatable: ClassVar[bool] = False
    renewed_per_gate: ClassVar[bool] = False
    per_person: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        part: str = "",
        evidence: tuple[Gate, ...] = (),
        command: str = "",
        checked_at: Act | None = None,
        repeatable: bool = False,
        renewed_per_gate: bool = False,
        per_person: bool = False,
        **config: Any,
    ) -> None:
        super().__init_subclass__(**config)
        cls.repeatable, cls.renewed_per_gate, cls.per_person = repeatable, renewed_per_gate, per_person
        cls.part_field, cls.evidence_for, cls.reported_as, cls.checked_at = part, evidence, command, checked_at

    def check(self, project: Project, context: CommandContext) -> None:
        """Raise `Rejected` if the fact is inconsistent with the state of the project."""

    def asks_again(self, project: Project, context: CommandContext) -> bool:
        """Whether the same report is recorded again because of later events."""
        return False

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(getattr(self, self.part_field) if self.part_field else "", recorded)


class ProjectCommand(Command[Project], listed=False):
    """A command to a project; `decide` yields its events or raises `Rejected`."""

    belongs_to: ClassVar[str] = "project"

    @abstractmethod
    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]: ...


def fold(history: Iterable[Recorded]) -> Project:
    """Fold events, in the order of their versions, into a project."""
    project = Project()
    for recorded in history:
        project.apply(recorded)
    return project
