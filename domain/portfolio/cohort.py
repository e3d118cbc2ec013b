"""Cohort: the customer, portfolio, service and retention class that a project counts under."""

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
    """From here on a project counts under another customer, portfolio, service or retention class (event-kinds, 2)."""

    attribute: Attribute
    was: Key | None = None
    becomes: Key

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(self.attribute, recorded)


class ReassignProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Move a project to another customer, portfolio, service or retention class."""

    attribute: Attribute
    becomes: Key
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        was = cohort(state, self.attribute)
        if was == self.becomes:
            return
        if self.reason is None:
            raise Rejected(f"reason: say why the {self.attribute.replace('_', ' ')} changes")
        moved = ProjectReassigned(attribute=self.attribute, was=was, becomes=self.becomes, reason=self.reason)
        yield DecidedEvent(moved, context.role)


def cohort(project: Project, attribute: Attribute) -> str | None:
    """Which customer, portfolio, service or retention class a project counts under now; None where none was named."""
    moved = project.facts.latest(ProjectReassigned, attribute)
    if moved:
        return moved.event.becomes
    proposed = project.facts.latest(ProjectProposed)
    named: str | None = getattr(proposed.event, attribute) if proposed else None
    return named
