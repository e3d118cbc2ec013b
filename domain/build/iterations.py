"""Iterations: what was planned for a stretch of time, and what was done in it."""

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Day, Decimal, Key


class IterationCompleted(
    ProjectFact, kind="iteration.completed/1", function=Phase.BUILD, command="complete-iteration", part="iteration"
):
    """An iteration ended with so much of its plan done (Scrum Guide, Sprint Review); sizes in `unit`."""

    iteration: Key
    begins: Day
    ends: Day
    planned_size: Decimal
    done_size: Decimal
    unit: Key | None = None
    goal_met: bool | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.ends < self.begins:
            raise Rejected("ends: an iteration can't end before it begins")
