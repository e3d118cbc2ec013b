"""Proposals of projects: requester, customer and service."""

from collections.abc import Iterator
from typing import Any

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import ProjectKind, SupportingFunction
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.state.team import Assignment
from domain.values import Document, Key, Name, Person, Text

REQUESTER = "requester"
"""The role that a proposal assigns to its requester."""


class ProjectProposed(ProjectEvent, kind="project.proposed/1", function=SupportingFunction.PORTFOLIO):
    """A project was proposed: a service, infrastructure, a packaged product or a change (MOF 4.0, Deliver Phase)."""

    title: Name
    project_kind: ProjectKind
    service: Key
    customer: Key
    portfolio: Key = "main"
    requester: Person
    summary: Text | None = None
    business_case: Document | None = None
    external_ref: Name | None = None
    retention_class: Key | None = None

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.proposed = True
        project.entry.proposed_at = recorded.measured_at
        project.entry.requester = self.requester
        project.entry.policy = recorded.policy
        project.origin = recorded.origin
        project.team.assignments[recorded.id] = Assignment(
            id=recorded.id,
            person=self.requester,
            role=REQUESTER,
            version=recorded.version,
            since=recorded.measured_at,
            granted_by=recorded.who,
            granted_as=recorded.role,
        )
        project.facts.keep("", recorded)


class ProposeProject(ProjectCommand, function=SupportingFunction.PORTFOLIO):
    """Propose a project. The caller is its requester unless another person is named."""

    title: Name
    project_kind: ProjectKind
    service: Key
    customer: Key
    portfolio: Key = "main"
    requester: Person | None = None
    summary: Text | None = None
    business_case: Document | None = None
    external_ref: Name | None = None
    retention_class: Key | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        if state.entry.proposed:
            raise Rejected("a project with this key already exists; choose another key")
        fields: dict[str, Any] = {name: getattr(self, name) for name in ProposeProject.model_fields}
        fields["requester"] = self.requester or context.who
        yield DecidedEvent(ProjectProposed(**fields), context.role)
