"""Benefits: measured values of success criteria."""

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.policy.calendar import day_of
from domain.state.project import Project, ProjectFact
from domain.values import Day, Decimal, Document, Key


class BenefitMeasured(
    ProjectFact, kind="benefit.measured/1", function=Phase.DEPLOY, command="measure-benefit", part="criterion"
):
    """A success criterion was measured, in its unit (MSF CMMI: are we realizing the value envisioned?)."""

    criterion: Key
    value: Decimal
    measured_on: Day
    source: Document | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.measured_on > day_of(context.now, context.policy.calendar):
            raise Rejected("measured_on: the day is in the future; give the day of the measurement")
