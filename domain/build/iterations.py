"""Iterations with planned and completed size."""

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Day, Decimal, Key


class IterationCompleted(
    ProjectFact, kind="iteration.completed/1", function=Phase.BUILD, command="complete-iteration", part="iteration"
):
    """An iteration was completed, with planned and done size in `unit` (Scrum Guide, Sprint Review)."""

    iteration: Key
    begins: Day
    ends: Day
    planned_size: Decimal
    done_size: Decimal
    unit: Key | None = None
    goal_met: bool | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.ends < self.begins:
            raise Rejected("ends: the end is earlier than the begin; give a later day")
