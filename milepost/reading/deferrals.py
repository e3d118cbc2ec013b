"""Owing: which debts are not paid at a moment.

No row can hold that, as a debt is paid by facts that meet its control, without an event of its own. So the projects
that have debts are folded when somebody reads of them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.controls.control import EvaluationContext
from domain.controls.governance import debts_of, unpaid_debts
from domain.lifecycle import Gate
from domain.state.gates import Debt
from domain.state.project import Project
from milepost.reading.project_queries import Reading


class Owed(NamedTuple):
    """What a gate was passed without, and whether it is there now."""

    debt: Debt
    paid: bool


def owed(reading: Reading, project: Project, now: datetime) -> list[Owed]:
    """The debts of a project, the newest word on each control, each paid or not at this moment."""
    if not project.gates.debts:
        return []
    known = reading.command_context(project, "", None, now)
    context = EvaluationContext(project, known.policy, known.rulebook, Gate.DEPLOYED, now)
    unpaid = unpaid_debts(context)
    return [Owed(debt, debt not in unpaid) for debt in debts_of(context)]


def still_due(reading: Reading, rows: Iterable[Mapping[str, Any]], now: datetime) -> list[Mapping[str, Any]]:
    """Of the rows that say what is due, those that are at this moment: all but debts that are paid."""
    due = list(rows)
    keys = {row["project"] for row in due if row["what"] == "deferral"}
    unpaid = {
        (key, one.debt.control) for key in keys for one in owed(reading, reading.project(key), now) if not one.paid
    }
    return [row for row in due if row["what"] != "deferral" or (row["project"], row["name"]) in unpaid]
