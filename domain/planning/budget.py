"""The budget at completion of a project."""

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.state.baseline import Baseline
from domain.state.project import Project
from domain.values import Key, Money


class BudgetBaselined(
    Baseline,
    kind="budget.baselined/1",
    function=Phase.PLANNING,
    command="baseline-budget",
    evidence=(Gate.PLAN_APPROVED,),
):
    """The budget at completion and its contingency were baselined (goal G3)."""

    at_completion: Money
    contingency: Money | None = None
    change_request: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        super().check(project, context)
        if self.contingency and self.contingency.currency != self.at_completion.currency:
            raise Rejected("contingency: the currency differs from the budget's; give both amounts in one currency")
