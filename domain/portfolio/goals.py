"""Goals: what of the organisation's a project serves."""

from domain.lifecycle import Gate, SupportingFunction
from domain.state.project import ProjectFact
from domain.values import Key, Role, Text


class GoalLinked(
    ProjectFact,
    kind="project.goal-linked/1",
    function=SupportingFunction.PORTFOLIO,
    command="link-goal",
    part="goal",
    evidence=(Gate.ENVISIONED,),
    per_person=True,
):
    """A project serves a goal of the organisation, as somebody confirmed (MOF 4.0, Plan: IT's goals are those).

    It counts where someone in the role `confirmed_by_role` tells it.
    """

    goal: Key
    statement: Text
    measure: Text | None = None
    confirmed_by_role: Role | None = None
