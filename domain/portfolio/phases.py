"""Phases: when their work started, possibly before the gate that precedes them."""

from typing import Literal

from domain.lifecycle import Phase, SupportingFunction
from domain.state.project import ProjectFact
from domain.values import EventId


class PhaseStarted(
    ProjectFact, kind="phase.started/1", function=SupportingFunction.PORTFOLIO, command="start-phase", part="phase"
):
    """The work of a phase started, by declaration or by its first work; phases may overlap (MSF for CMMI: tracks)."""

    phase: Phase
    trigger: Literal["declared", "first-work"] = "declared"
    work_event: EventId | None = None
