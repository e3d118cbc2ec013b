"""The master schedule: a date for each milestone, and the work packages that lead there."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.baseline import Baseline
from domain.state.project import Project, ProjectFact
from domain.values import Day, Document, Fact, Key, Money, Name, Version


class MilestoneDue(Fact):
    """The day by which a gate is to be passed, or the release that it is planned for where its day is not fixed yet."""

    gate: Gate
    day: Day | None = None
    release: Name | None = None

    @model_validator(mode="after")
    def _says_when(self) -> "MilestoneDue":
        if self.day is None and self.release is None:
            raise ValueError(f"{self.gate} needs the day by which it is due, or the release that it is planned for")
        return self


class ScheduleBaselined(
    Baseline,
    kind="schedule.baselined/1",
    function=Phase.PLANNING,
    command="baseline-schedule",
    evidence=(Gate.PLAN_APPROVED,),
):
    """The schedule is fixed: the days that slip is measured from, and the packages planned for it (MOF, goal G3)."""

    milestones: Annotated[tuple[MilestoneDue, ...], Field(max_length=len(Gate))]
    document: Document | None = None
    change_request: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        super().check(project, context)
        gates = [milestone.gate for milestone in self.milestones]
        if len(gates) != len(set(gates)):
            raise Rejected("milestones: a gate stands there twice: give each one day")


class WorkPackagePlanned(
    ProjectFact, kind="work-package.planned/1", function=Phase.PLANNING, command="plan-work-package", part="package"
):
    """A work package is planned for a version of the schedule, before that is baselined; later versions keep it.

    `earning` says how its value is earned (earned value management); `dropped` that it is planned no more.
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
            raise Rejected("finish: the package would end before it starts")
        if self.dropped and known is None:
            raise Rejected(f"package: {self.package} was never planned: there is nothing to drop")
        fixed = project.facts.latest(ScheduleBaselined)
        if fixed and self.schedule <= fixed.event.version:
            raise Rejected(
                f"schedule: version {fixed.event.version} is baselined already and stays as it is: "
                f"plan this package for version {fixed.event.version + 1}, then baseline that"
            )


def packages_of(project: Project, schedule: int) -> dict[str, Recorded[WorkPackagePlanned]]:
    """The packages of a version of the schedule: of each the newest word for it or for a version before."""
    history = project.facts.history(WorkPackagePlanned)
    newest = {known.event.package: known for known in history if known.event.schedule <= schedule}
    return {package: known for package, known in newest.items() if not known.event.dropped}
