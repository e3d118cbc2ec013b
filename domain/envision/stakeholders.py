"""Stakeholders: who must approve, and at which gates."""

from typing import Annotated, Literal

from pydantic import Field

from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Key, Text

Stake = Literal["customer", "user", "stakeholder", "operations", "support", "supplier"]


class StakeholderIdentified(
    ProjectFact,
    kind="stakeholder.identified/1",
    function=Phase.ENVISION,
    command="identify-stakeholder",
    part="party",
    evidence=(Gate.ENVISIONED,),
):
    """A person or unit has a stake in the project and must approve at these gates (MOF 4.0, Envision SMF)."""

    party: Key
    stake: Stake
    interest: Text | None = None
    required_at: Annotated[tuple[Gate, ...], Field(max_length=len(Gate))] = ()


def required_at(project: Project, gate: Gate) -> list[Recorded[StakeholderIdentified]]:
    """The stakeholders who must approve at a gate."""
    known = project.facts.parts(StakeholderIdentified).values()
    return [stakeholder for stakeholder in known if gate in stakeholder.event.required_at]
