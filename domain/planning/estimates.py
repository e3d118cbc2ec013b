"""Estimates of effort and cost, by role and method."""

import decimal
from typing import Literal

from domain.command import CommandContext, Rejected
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Decimal, Key, Money, Role


class EstimateGiven(
    ProjectFact,
    kind="estimate.given/1",
    function=Phase.PLANNING,
    command="give-estimate",
    part="item",
    evidence=(Gate.PLAN_APPROVED,),
):
    """The effort or cost of a work package or feature was estimated; `low` and `high` bound the hours (goal G3)."""

    item_type: Literal["package", "feature"]
    item_id: Key
    effort_hours: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    cost: Money | None = None
    method: Key | None = None
    by_role: Role | None = None

    @property
    def item(self) -> str:
        """The item that is estimated; packages and features may share ids."""
        return f"{self.item_type}:{self.item_id}"

    def check(self, project: Project, context: CommandContext) -> None:
        if self.effort_hours is None and self.cost is None:
            raise Rejected("effort_hours: the estimate is empty; give hours of effort, a cost, or both")
        if self.low and self.high and decimal.Decimal(self.high) < decimal.Decimal(self.low):
            raise Rejected(f"high: {self.high} hours is below low ({self.low}); give a higher number")
