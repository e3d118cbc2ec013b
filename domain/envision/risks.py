"""Risks: assessments with an owner, reassessed at every gate, and declarations of no risks."""

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
    """A risk was assessed: statement, probability (‰), impact, owner and response (MOF, Risk Template)."""

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
            raise Rejected(
                f"risk: risk {self.risk} can't be {self.state} before it is assessed; assess it first (assess-risk)"
            )


class NoRisksRecorded(
    ProjectFact, kind="no-risks.recorded/1", function=Phase.ENVISION, command="record-no-risks", renewed_per_gate=True
):
    """No risk was found in an assessment; a reason is required."""

    def check(self, project: Project, context: CommandContext) -> None:
        if self.reason is None:
            raise Rejected("reason: a declaration of no risks needs a reason; say what was examined")
