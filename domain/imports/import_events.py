"""Imports: which foreign history was read, by which mapping, what it can tell, and what became of its lines."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from domain.command import Command, CommandContext, DecidedEvent, Rejected
from domain.event import Event, Recorded
from domain.lifecycle import SupportingFunction
from domain.values import Count, Digest, Name, Person

ORIGIN = "import:"
"""What the origin of every imported stream begins with."""


@dataclass
class Imports:
    """What the stream of one import says: each file that was opened, and those that were read to their end."""

    version: int = 0
    opened: dict[str, "ImportOpened"] = field(default_factory=dict[str, "ImportOpened"])
    finished: set[str] = field(default_factory=set[str])

    @property
    def held_to(self) -> str | None:
        return None

    def assignment(self, who: str, role: str | None, now: datetime) -> str | None:
        return None

    def apply(self, recorded: Recorded) -> None:
        if not isinstance(recorded.event, ImportEvent):
            raise TypeError(f"{recorded.event.kind} is no event of an import's stream")
        recorded.event.evolve(self, recorded)
        self.version = recorded.version


class ImportEvent(Event, function=SupportingFunction.IMPORT):
    """An event of an import's stream: says itself what it changes."""

    belongs_to: ClassVar[str] = "import"

    @abstractmethod
    def evolve(self, imports: Imports, recorded: Recorded) -> None: ...


class ImportOpened(ImportEvent, kind="import.opened/1"):
    """A file with the history of others was opened: foreign history is marked and bounded (event-kinds, 104).

    `carries` names the facts that its source can tell, `lacks` those that it keeps nowhere; digests are of the bytes
    of file and mapping, `policy` is the label of the rules that the history is held to.
    """

    source: Name
    file: Digest
    lines: Count
    mapping: Digest
    policy: Name
    carries: tuple[Name, ...] = ()
    lacks: tuple[Name, ...] = ()
    by: Person

    def evolve(self, imports: Imports, recorded: Recorded) -> None:
        imports.opened[self.file] = self


class ImportFinished(ImportEvent, kind="import.finished/1"):
    """A file was read to its end: what became of each of its lines, so that nothing is dropped in silence.

    Every line is in one of `applied`, `no_effect`, `skipped` and `refused`; `events` were written for it.
    """

    file: Digest
    projects: Count
    events: Count
    applied: Count
    no_effect: Count
    skipped: Count
    refused: Count
    first_refused: Count | None = None

    def evolve(self, imports: Imports, recorded: Recorded) -> None:
        imports.finished.add(self.file)


class ImportCommand(Command[Imports], listed=False, function=SupportingFunction.IMPORT):
    """A command to an import's stream, given by the importer alone."""

    belongs_to: ClassVar[str] = "import"


class OpenImport(ImportCommand, listed=False):
    """Say that a file is being read; one that was opened already is not opened again."""

    called: ClassVar[str] = "open-import"
    says: ImportOpened

    def decide(self, state: Imports, context: CommandContext) -> Iterator[DecidedEvent]:
        if self.says.file not in state.opened:
            yield DecidedEvent(self.says, context.role)


class FinishImport(ImportCommand, listed=False):
    """Say what became of a file's lines; once, however often it is read."""

    called: ClassVar[str] = "finish-import"
    says: ImportFinished

    def decide(self, state: Imports, context: CommandContext) -> Iterator[DecidedEvent]:
        if self.says.file not in state.opened:
            raise Rejected(f"file: {self.says.file} was never opened: open it first")
        if self.says.file not in state.finished:
            yield DecidedEvent(self.says, context.role)
