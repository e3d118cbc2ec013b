"""Costs by month and type."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Key, Money

Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A calendar month, like 2026-11."""


class CostRecorded(ProjectFact, kind="cost.recorded/1", function=Phase.BUILD, command="record-cost", repeatable=True):
    """A cost was booked for a month: actual, accrual or reversal (PMI, Earned Value Management: actual cost).

    A `reversal` subtracts its amount, which is never negative. A repeated booking counts again.
    """

    period: Month
    amount: Money
    type: Literal["labour", "purchase", "service"]
    entry: Literal["actual", "accrual", "reversal"] = "actual"
    package: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.amount.amount.startswith("-"):
            raise Rejected("amount: a cost can't be negative; correct the original booking instead (correct-fact)")
