"""Imports: which file was read with which mapping, what facts it provides, and the outcome of its lines."""

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
"""The prefix of the origin of every imported stream."""


@dataclass
class Imports:
    """The state of one import: the files that were opened, and those that were finished."""

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
    """An event of an import's stream; `evolve` applies it to the state."""

    belongs_to: ClassVar[str] = "import"

    @abstractmethod
    def evolve(self, imports: Imports, recorded: Recorded) -> None: ...


class ImportOpened(ImportEvent, kind="import.opened/1"):
    """The import of a file with an external history began (event-kinds, 104).

    `available_facts` names the facts that the source provides, `missing_facts` those that it lacks. Digests are over
    the bytes of file and mapping; `policy` is the label of the policy that evaluates the history.
    """

    source: Name
    file: Digest
    lines: Count
    mapping: Digest
    policy: Name
    available_facts: tuple[Name, ...] = ()
    missing_facts: tuple[Name, ...] = ()
    imported_by: Person

    def evolve(self, imports: Imports, recorded: Recorded) -> None:
        imports.opened[self.file] = self


class ImportFinished(ImportEvent, kind="import.finished/1"):
    """The import of a file was finished, with the outcome of each of its lines.

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
    """A command to an import's stream, sent only by the importer."""

    belongs_to: ClassVar[str] = "import"


class OpenImport(ImportCommand, listed=False):
    """Open the import of a file; a file that is already opened is ignored."""

    called: ClassVar[str] = "open-import"
    event: ImportOpened

    def decide(self, state: Imports, context: CommandContext) -> Iterator[DecidedEvent]:
        if self.event.file not in state.opened:
            yield DecidedEvent(self.event, context.role)


class FinishImport(ImportCommand, listed=False):
    """Finish the import of a file; a file that is already finished is ignored."""

    called: ClassVar[str] = "finish-import"
    event: ImportFinished

    def decide(self, state: Imports, context: CommandContext) -> Iterator[DecidedEvent]:
        if self.event.file not in state.opened:
            raise Rejected(f"file: the import of file {self.event.file} is not opened; open it first")
        if self.event.file not in state.finished:
            yield DecidedEvent(self.event, context.role)
