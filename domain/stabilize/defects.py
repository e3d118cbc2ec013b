"""Defects: report, triage, resolution, verification and reopening."""

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
    """A defect was reported, with severity and place of discovery (MOF 4.0, Stabilize SMF: issue tracking)."""

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
    """A defect was triaged: severity and decision (MOF 4.0, Stabilize SMF: triage meetings).

    `release` is the release that it is deferred to, `duplicate_of` the original defect.
    """

    severity: Key
    decision: Literal["fix", "defer", "reject", "duplicate"]
    duplicate_of: Key | None = None
    release: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)
        if (self.decision == "duplicate") != (self.duplicate_of is not None):
            raise Rejected(
                "duplicate_of: give the original defect if the resolution is duplicate, and leave it out otherwise"
            )
        if self.duplicate_of is not None:
            found(project, self.duplicate_of)
        if self.duplicate_of == self.defect:
            raise Rejected(f"duplicate_of: {self.defect} can't be a duplicate of itself; give the original defect")


class DefectResolved(
    DefectFact,
    kind="defect.resolved/1",
    function=Phase.STABILIZE,
    command="resolve-defect",
    part="defect",
    evidence=(Gate.RELEASE_READY,),
):
    """A defect was resolved; a tester verifies the resolution (MOF 4.0, Stabilize SMF)."""

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
    """The resolution of a defect was verified, which closes it (MSF, Bug Convergence: fixed is not verified)."""

    candidate: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)
        resolved = project.facts.latest(DefectResolved, self.defect)
        reopened = project.facts.latest(DefectReopened, self.defect)
        if resolved is None or (reopened and reopened.version > resolved.version):
            raise Rejected(f"defect: defect {self.defect} is not resolved; resolve it first (resolve-defect)")
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
    """A resolved, deferred or closed defect was reopened (MSF, Zero Bug Bounce)."""

    candidate: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        found(project, self.defect)
        if not any(project.facts.latest(kind, self.defect) for kind in (DefectTriaged, DefectResolved)):
            raise Rejected(f"defect: defect {self.defect} is already open, so it can't be reopened")
        if self.candidate is not None:
            known_candidate(project, self.candidate)


def found(project: Project, defect: Key) -> Recorded[DefectReported]:
    """The record of this defect. Raises `Rejected` where there is none."""
    known = project.facts.latest(DefectReported, defect)
    if known is None:
        raise Rejected(f"defect: defect {defect} is not reported; report it first (report-defect)")
    return known


State = Literal["active", "deferred", "resolved", "closed"]


@dataclass(frozen=True, slots=True)
class Defect:
    """The state of a defect: `last` is the newest record about it, `severity` the newest severity.

    A resolved defect needs verification; triage closes rejected defects and duplicates.
    """

    id: str
    found: Recorded[DefectReported]
    last: Recorded[DefectFact]
    severity: str
    state: State


_TRIAGED: dict[str, State] = {"fix": "active", "defer": "deferred", "reject": "closed", "duplicate": "closed"}
_LATER = (DefectTriaged, DefectResolved, DefectVerified, DefectReopened)


def defects(project: Project) -> Iterator[Defect]:
    """The state of every defect, in one pass over their newest records."""
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
    """Defects that are neither closed nor deferred, optionally of these severities."""
    return [
        defect
        for defect in defects(project)
        if defect.state in ("active", "resolved") and (severities is None or defect.severity in severities)
    ]
