"""The master project schedule: milestone dates and work packages."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.baseline import Baseline
from domain.state.project import Project, ProjectFact
from domain.values import Day, Document, Fact, Key, Money, Name, Version


class MilestoneDue(Fact):
    """The due day of a gate, or the planned release if the day is not known yet."""

    gate: Gate
    day: Day | None = None
    release: Name | None = None

    @model_validator(mode="after")
    def _says_when(self) -> "MilestoneDue":
        if self.day is None and self.release is None:
            raise ValueError(f"{self.gate}: give the due day or the planned release")
        return self


class ScheduleBaselined(
    Baseline,
    kind="schedule.baselined/1",
    function=Phase.PLANNING,
    command="baseline-schedule",
    evidence=(Gate.PLAN_APPROVED,),
):
    """A version of the schedule was baselined: milestone dates and work packages (MOF, goal G3)."""

    milestones: Annotated[tuple[MilestoneDue, ...], Field(max_length=len(Gate))]
    document: Document | None = None
    change_request: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        super().check(project, context)
        gates = [milestone.gate for milestone in self.milestones]
        if len(gates) != len(set(gates)):
            raise Rejected("milestones: a gate is listed more than once; give each gate one date")


class WorkPackagePlanned(
    ProjectFact, kind="work-package.planned/1", function=Phase.PLANNING, command="plan-work-package", part="package"
):
    """A work package was planned in a version of the schedule before its baseline; later versions keep it.

    `earning` is the rule for its earned value; `dropped` removes it from the schedule.
    """

    package: Key
    schedule: Version
    start: Day
    finish: Day
    planned_value: Money | None = None
    earning: Literal["0/100", "50/50", "percent", "units"] = "0/100"
    features: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    dropped: bool = False

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.latest(WorkPackagePlanned, self.package)
        if known and known.event == self:
            return
        if self.finish < self.start:
            raise Rejected("finish: the finish is earlier than the start; give a later day")
        if self.dropped and known is None:
            raise Rejected(f"package: work package {self.package} is not planned, so it can't be dropped")
        fixed = project.facts.latest(ScheduleBaselined)
        if fixed and self.schedule <= fixed.event.version:
            raise Rejected(
                f"schedule: version {fixed.event.version} is already baselined and can't be changed; "
                f"plan this package in version {fixed.event.version + 1} and baseline that version"
            )


def packages_of(project: Project, schedule: int) -> dict[str, Recorded[WorkPackagePlanned]]:
    """The work packages of a version of the schedule: the newest plan of each, up to that version."""
    history = project.facts.history(WorkPackagePlanned)
    newest = {known.event.package: known for known in history if known.event.schedule <= schedule}
    return {package: known for package, known in newest.items() if not known.event.dropped}
