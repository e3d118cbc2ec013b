"""Progress of work packages, for earned value."""

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.policy.calendar import day_of
from domain.state.project import Project, ProjectFact
from domain.values import Day, Decimal, Key, Permille


class ProgressReported(
    ProjectFact, kind="progress.reported/1", function=Phase.BUILD, command="report-progress", part="package"
):
    """The progress of a work package on a day, in thousandths or in its units (PMI, Earned Value Management)."""

    package: Key
    as_of: Day
    done_permille: Permille | None = None
    units: Decimal | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.as_of > day_of(context.now, context.policy.calendar):
            raise Rejected("as_of: the moment is in the future; give a past moment or leave it out")
        if (self.done_permille is None) == (self.units is None):
            raise Rejected("done_permille: give either done_permille or units, not both and not neither")
        if self.units is not None and self.units.startswith("-"):
            raise Rejected("units: the number is negative; give 0 or more")
