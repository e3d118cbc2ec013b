"""Goals: the organisation's goals that a project serves."""

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
    """The project serves a goal of the organisation (MOF 4.0, Plan: IT's goals are aligned with the organisation's).

    It counts if it is recorded by a person in the role `confirmed_by_role`.
    """

    goal: Key
    statement: Text
    measure: Text | None = None
    confirmed_by_role: Role | None = None
