"""Costs: what was spent, on what, in which month."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Key, Money

Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A calendar month, like 2026-11."""


class CostRecorded(ProjectFact, kind="cost.recorded/1", function=Phase.BUILD, command="record-cost", repeatable=True):
    """An amount was booked for a month: spent, accrued, or taken back (PMI, Earned Value Management: actual cost).

    A `reversal` takes its amount, which is never negative, from what was booked. Booked twice is spent twice.
    """

    period: Month
    amount: Money
    type: Literal["labour", "purchase", "service"]
    entry: Literal["actual", "accrual", "reversal"] = "actual"
    package: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.amount.amount.startswith("-"):
            raise Rejected("amount: book a reversal instead of a negative amount")
