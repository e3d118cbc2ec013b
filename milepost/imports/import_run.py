"""Running an import: each unit is a command of its own, many are under way at once, each project's in their order."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from domain.command import Command
from domain.imports.import_events import FinishImport, ImportFinished, ImportOpened, OpenImport
from domain.imports.import_policy import AdoptForImport
from domain.imports.observe import Observe
from milepost import clock
from milepost.imports.dry_run import Trial
from milepost.imports.lines import Read, Unimportable, read
from milepost.imports.mapping import Mapping
from milepost.imports.pseudonyms import People
from milepost.imports.report import ImportReport
from milepost.imports.translate import Teller
from milepost.imports.units import Unit, units_of
from milepost.log.command_outcome import CommandOutcome, CommandRequest, IdempotencyKeyReused
from milepost.log.store import Log

UNDER_WAY = 512
UNKNOWN = "unknown"
"""Who did what a source tells: it doesn't say."""

Progress = Callable[[int, int], None]
"""Told how many units are done, of how many."""


class Carries(Protocol):
    """The writer, or a trial of it."""

    def submit(self, request: CommandRequest) -> "Future[CommandOutcome]": ...


@dataclass
class Imported:
    """What an import did, or would do: every line is accounted for; `seconds` from reading to the last answer."""

    account: ImportReport
    lines: int
    projects: int = 0
    events: int = 0
    seconds: float = 0.0
    written: bool = True

    def line(self) -> dict[str, int]:
        """The counts as one object for programs."""
        counts = {fate: self.account.count(fate) for fate in ("applied", "no_effect", "skipped", "refused")}
        return {"projects": self.projects, "events": self.events, **counts}

    def as_finished(self, file: str) -> ImportFinished:
        refused = [number for numbers in self.account.reasons("refused").values() for number in numbers]
        return ImportFinished.model_validate({"file": file, "first_refused": min(refused, default=None), **self.line()})


@dataclass
class _Run:
    """One pass over a file: what is under way, and what came of it."""

    log: Log
    carries: Carries
    mapping: Mapping
    by: str
    now: datetime
    done: Imported
    head: int
    progress: Progress | None = None
    total: int = 0
    _under_way: deque[tuple[Unit, "Future[CommandOutcome]"]] = field(default_factory=deque[Any])
    _last: dict[str, "Future[CommandOutcome]"] = field(default_factory=dict[str, Any])
    _projects: set[str] = field(default_factory=set[str])
    _settled: int = 0

    def ask(self, stream: str, command: Command, id_: str | None = None) -> CommandOutcome:
        """Carry out a command to a stream of the import itself. Raises `Unimportable` where it may not be."""
        request = CommandRequest(
            stream, (command,), self.by, role="administrator", origin=self.mapping.origin, command=id_, at=self.now
        )
        outcome = self.carries.submit(request).result()
        if outcome.status != "accepted":
            raise Unimportable(f"{stream}: {outcome.sentence}")
        self._count(outcome)
        return outcome

    def units(self, units: Iterable[Unit], teller: Teller) -> None:
        """Tell each unit; the next of a project only once its last one is settled."""
        for unit in units:
            observe = teller.tell(unit)
            if observe is None:
                self._settled += 1
                continue
            while len(self._under_way) >= UNDER_WAY or not self._ready(unit):
                self._settle_one()
            future = self.carries.submit(self._request(unit, observe))
            self._last[unit.key] = future
            self._under_way.append((unit, future))
        while self._under_way:
            self._settle_one()
        self.done.projects = len(self._projects)

    def _ready(self, unit: Unit) -> bool:
        last = self._last.get(unit.key)
        return last is None or last.done()

    def _request(self, unit: Unit, observe: Observe) -> CommandRequest:
        words = f"{self.mapping.name}\n{unit.name}\n{unit.key}"
        return CommandRequest(
            f"project-{unit.key}",
            (observe,),
            UNKNOWN,
            auth="unknown",
            origin=self.mapping.origin,
            command=hashlib.sha256(words.encode()).hexdigest(),
            correlation=unit.name,
            policy=_rules(self.mapping).name,
            at=unit.at,
        )

    def _settle_one(self) -> None:
        unit, future = self._under_way.popleft()
        account = self.done.account
        applied = account.applied(unit.numbers)
        try:
            outcome = future.result()
        except IdempotencyKeyReused:
            reason = "history changed: this unit was imported before and said, or meant, something else"
            account.settle("refused", reason, *unit.numbers)
        else:
            if outcome.status != "accepted":
                account.settle("refused", outcome.sentence or outcome.status, *applied)
            else:
                self._projects.add(unit.key)
                if not self._count(outcome):
                    account.settle("no_effect", "imported before, or known already", *applied)
        self._settled += 1
        if self.progress:
            self.progress(self._settled, self.total)

    def _count(self, outcome: CommandOutcome) -> int:
        """How many events a command wrote now: none where this was its answer of an earlier time."""
        fresh = len(outcome.events) if outcome.position > self.head else 0
        self.done.events += fresh
        return fresh


def import_file(
    log: Log,
    writer: Carries,
    file: Path,
    mapping: Mapping,
    people: People,
    by: str,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Import a file of foreign history; what was imported before adds nothing.

    `by` is who imports, `dry_run` writes nothing, and `strict` writes nothing where any line would be refused. Raises
    `Unimportable` where the file can't be read or the rules can't be adopted, and what the writer raises.
    """
    if strict and not dry_run:
        tried = import_file(log, writer, file, mapping, people, by, dry_run=True)
        if tried.account.count("refused"):
            return tried
    began, now = monotonic(), clock.now()
    account = ImportReport()
    found = read(file, mapping, account, now)
    done = Imported(account, found.count, written=not dry_run)
    carries = Trial(log) if dry_run else writer
    run = _Run(log, carries, mapping, by, now, done, log.head().position, progress)
    _whole(run, found, people)
    done.seconds = monotonic() - began
    return done


def _whole(run: _Run, found: Read, people: People) -> None:
    rules, account, stream = _rules(run.mapping), run.done.account, f"import-{run.mapping.name}"
    opened = ImportOpened(
        source=run.mapping.source,
        file=found.digest,
        lines=found.count,
        mapping=run.mapping.digest,
        policy=rules.label,
        available_facts=run.mapping.available_facts,
        missing_facts=run.mapping.missing_facts,
        imported_by=run.by,
    )
    run.ask(f"policy-{rules.name}", AdoptForImport(policy=rules, proposed_by=run.mapping.name))
    run.ask(stream, OpenImport(event=opened))
    units = units_of(found.lines, run.mapping, account)
    run.total = len(units)
    run.units(units, Teller(run.mapping, people, account))
    for unit in units:
        account.settle("applied", "", *(number for number in unit.numbers if number not in account.lines))
    run.ask(stream, FinishImport(event=run.done.as_finished(found.digest)))


def _rules(mapping: Mapping) -> Any:
    if mapping.rules is None:
        raise Unimportable(f"the mapping {mapping.name} brings no policy: read it with mapping_from")
    return mapping.rules
