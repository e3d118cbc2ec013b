"""Coverage: what the source of an imported history can tell of a control or a gate, where it can't tell all."""

from typing import Literal

from domain.lifecycle import Gate, SupportingFunction
from domain.state.project import Project, ProjectFact
from domain.values import Key, Text

SourceAnswer = Literal["met", "undetermined", "not-applicable", "in-force"]


class CoverageStated(ProjectFact, kind="coverage.stated/1", function=SupportingFunction.PORTFOLIO, part="place"):
    """From here on the source answers for a control, or says that a gate is none of this project's (design, §4).

    `about` is the name of a control or a gate, `at` the gate at which that holds, all of them where it is left out.
    `in-force` takes an earlier statement back: the control is to look for itself, the gate is asked for.
    """

    about: Key
    at: Gate | None = None
    answer: SourceAnswer
    because: Text

    @property
    def place(self) -> str:
        """Each control at each gate is spoken of apart."""
        return f"{self.about}/{self.at}" if self.at else self.about


def stated(project: Project, about: str, at: str | None = None) -> CoverageStated | None:
    """The last statement about a control or gate, for this gate or for all."""
    for place in (f"{about}/{at}", about):
        known = project.facts.latest(CoverageStated, place)
        if known:
            return known.event
    return None
