"""Effectiveness: the figures of phases, gates and projects, by name of what they are of."""

from collections.abc import Mapping

from projections import gates, phases, projects
from projections.figures import Figures

FIGURES: Mapping[str, Figures] = {
    "phases": phases.effectiveness,
    "gates": gates.effectiveness,
    "projects": projects.counted,
}
