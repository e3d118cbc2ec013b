"""Cohort: the customer, portfolio, service and retention class of a project."""

from collections.abc import Iterator
from typing import Literal

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import SupportingFunction
from domain.portfolio.proposal import ProjectProposed
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.project_status import must_be_alive
from domain.values import Key, Text

Attribute = Literal["customer", "portfolio", "service", "retention_class"]


class ProjectReassigned(ProjectEvent, kind="project.reassigned/1", function=SupportingFunction.PORTFOLIO):
    """The project was reassigned to another customer, portfolio, service or retention class (event-kinds, 2)."""

    attribute: Attribute
    previous: Key | None = None
    new: Key

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(self.attribute, recorded)


class ReassignProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Reassign a project to another customer, portfolio, service or retention class."""

    attribute: Attribute
    new: Key
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        previous = cohort(state, self.attribute)
        if previous == self.new:
            return
        if self.reason is None:
            raise Rejected(f"reason: a change of the {self.attribute.replace('_', ' ')} needs a reason")
        moved = ProjectReassigned(attribute=self.attribute, previous=previous, new=self.new, reason=self.reason)
        yield DecidedEvent(moved, context.role)


def cohort(project: Project, attribute: Attribute) -> str | None:
    """The current customer, portfolio, service or retention class of a project; None if there is none."""
    moved = project.facts.latest(ProjectReassigned, attribute)
    if moved:
        return moved.event.new
    proposed = project.facts.latest(ProjectProposed)
    named: str | None = getattr(proposed.event, attribute) if proposed else None
    return named
