"""Success criteria: how it will be told whether the project was worth it."""

from typing import Literal

from domain.lifecycle import Gate, Phase
from domain.state.project import ProjectFact
from domain.values import Day, Decimal, Key, Name, Person, Role, Text


class SuccessCriterionAgreed(
    ProjectFact,
    kind="success-criterion.agreed/1",
    function=Phase.ENVISION,
    command="agree-success-criterion",
    part="criterion",
    evidence=(Gate.ENVISIONED, Gate.DEPLOYED),
):
    """It is agreed what is measured, from which value to which, by when and by whom (MOF 4.0, Deploy SMF).

    `agreed_with` is the party that agreed; the values are in `unit`.
    """

    criterion: Key
    statement: Text
    measure: Text
    unit: Name | None = None
    baseline_value: Decimal | None = None
    target_value: Decimal
    direction: Literal["up", "down"]
    measure_by: Day | None = None
    measured_by: Person | None = None
    measured_by_role: Role | None = None
    agreed_with: Key | None = None
