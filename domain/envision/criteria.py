"""Success criteria: how the success of the project is measured."""

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
    """A success criterion was agreed: measure, baseline and target value, date and person (MOF 4.0, Deploy SMF).

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
