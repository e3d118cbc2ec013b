"""Defects: found, triaged, resolved, verified, reopened; and which of them are open."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.stabilize.candidates import known_candidate
from domain.state.project import Project, ProjectFact
from domain.values import Key, Name


class DefectFact(ProjectFact):
    """A fact about one defect."""

    defect: Key


class DefectReported(
    DefectFact,
    kind="defect.reported/1",
    function=Phase.STABILIZE,
    command="report-defect",
    part="defect",
    evidence=(Gate.RELEASE_READY,),
):
    """Something does not do what it should: how bad, and where it was seen (MOF 4.0, Stabilize SMF: issue tracking)."""

    severity: Key
    found_in: Literal["test", "pilot", "production"]
    title: Name | None = None
    candidate: Key | None = None
    deployment: Key | None = None
    feature: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.candidate is not None:
            known_candidate(project, self.candidate)


class DefectTriaged(
    DefectFact,
    kind="defect.triaged/1",
    function=Phase.STABILIZE,
    command="triage-defect",
    part="defect",
    evidence=(Gate.RELEASE_READY,),
):
    """It was decided how bad a defect is and what becomes of it (MOF 4.0, Stabilize SMF: triage meetings).

    `release` is the one that it is put off to, `duplicate_of` the defect that stands for it.
    """

    severity: Key
    decision: Literal["fix", "defer", "reject", "duplicate"]
    duplicate_of: Key | None = None
    release: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)
        if (self.decision == "duplicate") != (self.duplicate_of is not None):
            raise Rejected("duplicate_of: a duplicate, and nothing else, names the defect that stands for it")
        if self.duplicate_of is not None:
            found(project, self.duplicate_of)
        if self.duplicate_of == self.defect:
            raise Rejected(f"duplicate_of: {self.defect} can't be a duplicate of itself")


class DefectResolved(
    DefectFact,
    kind="defect.resolved/1",
    function=Phase.STABILIZE,
    command="resolve-defect",
    part="defect",
    evidence=(Gate.RELEASE_READY,),
):
    """A defect was dealt with; that it is gone is for a tester to say (MOF 4.0, Stabilize SMF)."""

    resolution: Literal["fixed", "by-design", "not-reproducible"]
    build: Key | None = None
    injected_in: Phase | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)


class DefectVerified(
    DefectFact,
    kind="defect.verified/1",
    function=Phase.STABILIZE,
    command="verify-defect",
    part="defect",
    evidence=(Gate.RELEASE_READY,),
):
    """A resolved defect was looked at again and is closed (MSF, Bug Convergence: fixed is not verified)."""

    candidate: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)
        resolved = project.facts.latest(DefectResolved, self.defect)
        reopened = project.facts.latest(DefectReopened, self.defect)
        if resolved is None or (reopened and reopened.version > resolved.version):
            raise Rejected(f"defect: {self.defect} is not resolved, so there is nothing to verify")
        if self.candidate is not None:
            known_candidate(project, self.candidate)


class DefectReopened(
    DefectFact,
    kind="defect.reopened/1",
    function=Phase.STABILIZE,
    command="reopen-defect",
    part="defect",
    evidence=(Gate.RELEASE_READY,),
):
    """A defect that was thought dealt with is there again (MSF, Zero Bug Bounce)."""

    candidate: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)
        if not any(project.facts.latest(kind, self.defect) for kind in (DefectTriaged, DefectResolved)):
            raise Rejected(f"defect: {self.defect} was never resolved or put aside, so it is open as it is")
        if self.candidate is not None:
            known_candidate(project, self.candidate)


def found(project: Project, defect: Key) -> Recorded[DefectReported]:
    """The record of this defect. Raises `Rejected` where there is none."""
    known = project.facts.latest(DefectReported, defect)
    if known is None:
        raise Rejected(f"defect: {defect} was never found, report it first")
    return known


State = Literal["active", "deferred", "resolved", "closed"]


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect as it stands: `last` is the record that says so, `severity` the last one given.

    Resolved waits for verification; rejected ones and duplicates are closed by their triage.
    """

    id: str
    found: Recorded[DefectReported]
    last: Recorded[DefectFact]
    severity: str
    state: State


_TRIAGED: dict[str, State] = {"fix": "active", "defer": "deferred", "reject": "closed", "duplicate": "closed"}
_LATER = (DefectTriaged, DefectResolved, DefectVerified, DefectReopened)


def defects(project: Project) -> Iterator[Defect]:
    """Every defect as it stands, in one pass over their newest records."""
    triaged = project.facts.parts(DefectTriaged)
    later = [project.facts.parts(kind) for kind in _LATER]
    for defect, first in project.facts.parts(DefectReported).items():
        last: Recorded[DefectFact] = max(
            (records[defect] for records in later if defect in records),
            key=lambda record: record.version,
            default=first,
        )
        triage = triaged.get(defect)
        newer = triage if triage and triage.version > first.version else first
        yield Defect(defect, first, last, newer.event.severity, _state_after(last.event))


def _state_after(event: DefectFact) -> State:
    if isinstance(event, DefectTriaged):
        return _TRIAGED[event.decision]
    if isinstance(event, DefectResolved):
        return "resolved"
    return "closed" if isinstance(event, DefectVerified) else "active"


def open_defects(project: Project, severities: Collection[str] | None = None) -> list[Defect]:
    """Defects that are neither closed nor deferred, of these severities where any are named."""
    return [
        defect
        for defect in defects(project)
        if defect.state in ("active", "resolved") and (severities is None or defect.severity in severities)
    ]
