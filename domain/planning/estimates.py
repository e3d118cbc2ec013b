"""Estimates: who thinks that what takes how much, by which method."""

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
    """Effort or cost of a package or a feature was estimated; `low` and `high` bound the effort in hours (goal G3)."""

    about: Literal["package", "feature"]
    of: Key
    effort_hours: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    cost: Money | None = None
    method: Key | None = None
    by_role: Role | None = None

    @property
    def item(self) -> str:
        """The part that an estimate is of: packages and features may share ids."""
        return f"{self.about}:{self.of}"

    def check(self, project: Project, context: CommandContext) -> None:
        if self.effort_hours is None and self.cost is None:
            raise Rejected("effort_hours: an estimate needs hours of effort or a cost")
        if self.low and self.high and decimal.Decimal(self.high) < decimal.Decimal(self.low):
            raise Rejected(f"high: {self.high} hours is below the low estimate of {self.low}")
