"""The master project plan and its sub-plans."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.state.baseline import Baseline
from domain.state.project import Project
from domain.values import Document, Fact, Key, Role


class Subplan(Fact):
    """A sub-plan of the master plan: communications, budget, test, pilot, rollback …, and its owner (MSF 3.1)."""

    subplan: Key
    driving_role: Role
    document: Document | None = None


class PlanBaselined(
    Baseline,
    kind="plan.baselined/1",
    function=Phase.PLANNING,
    command="baseline-plan",
    evidence=(Gate.PLAN_APPROVED, Gate.RELEASE_READY),
):
    """The master project plan was baselined with its sub-plans (MOF 4.0, Project Planning SMF; goal G3)."""

    document: Document
    subplans: Annotated[tuple[Subplan, ...], Field(max_length=50)] = ()
    change_request: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        super().check(project, context)
        names = [subplan.subplan for subplan in self.subplans]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Rejected(f"subplans: {', '.join(twice)} is listed more than once; list each sub-plan once")
