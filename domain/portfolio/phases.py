"""Phases: when their work began, be it before the gate that opens them."""

from typing import Literal

from domain.lifecycle import Phase, SupportingFunction
from domain.state.project import ProjectFact
from domain.values import EventId


class PhaseStarted(
    ProjectFact, kind="phase.started/1", function=SupportingFunction.PORTFOLIO, command="start-phase", part="phase"
):
    """Work of a phase began, as was declared or as its first work shows; phases overlap (MSF for CMMI: tracks)."""

    phase: Phase
    trigger: Literal["declared", "first-work"] = "declared"
    work_event: EventId | None = None
