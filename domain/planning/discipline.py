"""The management discipline of a project, chosen before planning begins."""

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Count, Key


class DisciplineChosen(
    ProjectFact,
    kind="discipline.chosen/1",
    function=Phase.PLANNING,
    command="choose-discipline",
    evidence=(Gate.PLAN_APPROVED,),
):
    """A management discipline was chosen (MOF 4.0, Project Planning SMF)."""

    discipline: Key
    iteration_days: Count | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        known = [terms.discipline for terms in context.policy.disciplines]
        if known and self.discipline not in known:
            label = context.policy.label
            raise Rejected(
                f"discipline: policy {label} does not define {self.discipline}; choose one of {', '.join(known)}"
            )

    def evolve(self, project: Project, recorded: Recorded) -> None:
        super().evolve(project, recorded)
        project.entry.discipline = self.discipline
