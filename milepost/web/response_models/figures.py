"""Figures of effectiveness, and the rows that they count."""

from milepost.web.response_models.as_of import ReflectingModel
from milepost.web.response_models.attempts import GateItem, PhaseItem
from milepost.web.response_models.lists import ProjectItem
from milepost.web.response_models.model import Count, ResponseModel


class FigureGroup(ResponseModel):
    """The figures of one group, at one gate or phase where they are told apart by it. `n` counts the rows."""

    at: str | None
    group_by: str | None
    n: Count


class ProjectFigures(FigureGroup):
    """How many projects there are in each state, and with what."""

    active: Count
    held: Count
    cancelled: Count
    deployed: Count
    emergency: Count
    lowered: Count
    breached: Count
    with_deferrals: Count
    with_conditions: Count
    with_waivers: Count
    breaches: Count | None


class GateFigures(FigureGroup):
    """How the attempts at a gate went, and how long a decision took."""

    called: Count
    waiting: Count
    decided: Count
    first_pass: Count
    first_pass_with_conditions: Count
    returned: Count
    withdrawn: Count
    refused: Count
    lost: Count
    standing: Count
    observed: Count
    with_results: Count
    with_waivers: Count
    with_deferrals: Count
    with_warnings: Count
    breached: Count
    measured: Count
    not_measured: Count
    refusals: Count | None
    waived: Count | None
    deferred: Count | None
    warned: Count | None
    breaches: Count | None
    evaluated: Count | None
    median_hours: float | None
    p85_hours: float | None


class PhaseFigures(FigureGroup):
    """How many projects entered and finished a phase, and how long it took."""

    entered: Count
    finished: Count
    open: Count
    held: Count
    lost: Count
    cancelled: Count
    passed_over: Count
    returned: Count
    ever_held: Count
    measured: Count
    worked: Count
    not_measured: Count
    returns: Count | None
    held_days: float | None
    median_days: float | None
    p85_days: float | None
    median_work_days: float | None
    p85_work_days: float | None


class ProjectFigureList(ReflectingModel):
    """The figures of projects by an attribute; each name opens at `/v1/effectiveness/projects/NAME`."""

    figures: list[ProjectFigures]


class GateFigureList(ReflectingModel):
    """The figures of gates by an attribute; each name opens at `/v1/effectiveness/gates/NAME`."""

    figures: list[GateFigures]


class PhaseFigureList(ReflectingModel):
    """The figures of phases by an attribute; each name opens at `/v1/effectiveness/phases/NAME`."""

    figures: list[PhaseFigures]


class ProjectRows(ReflectingModel):
    """The projects that one figure is made of."""

    rows: list[ProjectItem]


class GateRows(ReflectingModel):
    """The attempts at gates that one figure is made of."""

    rows: list[GateItem]


class PhaseRows(ReflectingModel):
    """The phases of projects that one figure is made of."""

    rows: list[PhaseItem]
