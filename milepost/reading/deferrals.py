"""Deferrals: the controls that a project passed a gate without, and whether each is met at a moment.

A read model can't store this: later facts meet a deferred control without an event of their own. The projects with
deferrals are therefore folded when they are read.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.controls.control import EvaluationContext
from domain.controls.governance import deferrals_of, open_deferrals
from domain.lifecycle import Gate
from domain.state.gates import Deferral
from domain.state.project import Project
from milepost.reading.project_queries import Reading


class DeferralStatus(NamedTuple):
    """A deferral, and whether its control is met now."""

    deferral: Deferral
    met: bool


def read_deferrals(reading: Reading, project: Project, now: datetime) -> list[DeferralStatus]:
    """The deferrals of a project, the newest of each control, each met or not at this moment."""
    if not project.gates.deferrals:
        return []
    known = reading.command_context(project, "", None, now)
    context = EvaluationContext(project, known.policy, known.rulebook, Gate.DEPLOYED, now)
    unmet = open_deferrals(context)
    return [DeferralStatus(deferral, deferral not in unmet) for deferral in deferrals_of(context)]


def still_due(reading: Reading, rows: Iterable[Mapping[str, Any]], now: datetime) -> list[Mapping[str, Any]]:
    """Of the rows of due items, those that are due at this moment: all except deferrals that are met."""
    due = list(rows)
    keys = {row["project"] for row in due if row["what"] == "deferral"}
    unmet = {
        (key, one.deferral.control)
        for key in keys
        for one in read_deferrals(reading, reading.project(key), now)
        if not one.met
    }
    return [row for row in due if row["what"] != "deferral" or (row["project"], row["name"]) in unmet]
