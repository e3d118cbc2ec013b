"""Progress: how much of a package of work is done by when, for earned value."""

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.policy.calendar import day_of
from domain.state.project import Project, ProjectFact
from domain.values import Day, Decimal, Key, Permille


class ProgressReported(
    ProjectFact, kind="progress.reported/1", function=Phase.BUILD, command="report-progress", part="package"
):
    """So much of a package was done by a day: in thousandths, or in units of its own (PMI, Earned Value Management)."""

    package: Key
    as_of: Day
    done: Permille | None = None
    units: Decimal | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.as_of > day_of(context.now, context.policy.calendar):
            raise Rejected("as_of: work can't be done in the future")
        if (self.done is None) == (self.units is None):
            raise Rejected("done: say how much is done either in thousandths or in units")
        if self.units is not None and self.units.startswith("-"):
            raise Rejected("units: less than nothing can't be done")
