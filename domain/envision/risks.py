"""Risks: assessed, owned, looked at again at every gate, closed; or said to be none."""

from typing import Literal

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Key, Money, Permille, Person, Text, Whole


class RiskAssessed(
    ProjectFact,
    kind="risk.assessed/1",
    function=Phase.ENVISION,
    command="assess-risk",
    part="risk",
    renewed_per_gate=True,
    evidence=(Gate.ENVISIONED, Gate.PLAN_APPROVED, Gate.RELEASE_READY),
):
    """A risk was looked at: what it is, how likely (‰), what it would cost, who answers for it (MOF, Risk Template)."""

    risk: Key
    statement: Text
    probability: Permille | None = None
    impact_days: Whole | None = None
    impact_money: Money | None = None
    owner: Person | None = None
    response: Text | None = None
    state: Literal["open", "occurred", "avoided", "accepted", "expired"] = "open"

    def check(self, project: Project, context: CommandContext) -> None:
        if self.state != "open" and project.facts.latest(RiskAssessed, self.risk) is None:
            raise Rejected(f"risk {self.risk} can't be {self.state}: it was never assessed")


class NoRisksRecorded(
    ProjectFact, kind="no-risks.recorded/1", function=Phase.ENVISION, command="record-no-risks", renewed_per_gate=True
):
    """Risk was looked for and none was found, as somebody stands up for with a reason."""

    def check(self, project: Project, context: CommandContext) -> None:
        if self.reason is None:
            raise Rejected("that there is no risk needs a reason: say what was looked at")
