"""Coverage: what the source of an imported history states about a control or a gate."""

from typing import Literal

from domain.lifecycle import Gate, SupportingFunction
from domain.state.project import Project, ProjectFact
from domain.values import Key, Text

SourceAnswer = Literal["met", "undetermined", "not-applicable", "in-force"]


class CoverageStated(ProjectFact, kind="coverage.stated/1", function=SupportingFunction.PORTFOLIO, part="place"):
    """The source states the result of a control, or that a gate does not apply to this project (design, §4).

    `subject` is the name of a control or a gate, `gate` the gate for which it is stated, all gates if left out.
    `in-force` withdraws an earlier statement: the control is evaluated, the gate is required.
    """

    subject: Key
    gate: Gate | None = None
    answer: SourceAnswer
    explanation: Text

    @property
    def place(self) -> str:
        """The subject, with the gate if it is given."""
        return f"{self.subject}/{self.gate}" if self.gate else self.subject


def stated(project: Project, about: str, at: str | None = None) -> CoverageStated | None:
    """The last statement about a control or gate, for this gate or for all."""
    for place in (f"{about}/{at}", about):
        known = project.facts.latest(CoverageStated, place)
        if known:
            return known.event
    return None
