"""Full proposals: a project with its classification, team, request for change and documents in one command."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.build.documents import DocumentRecorded
from domain.command import CommandContext, DecidedEvent
from domain.envision.team import AssignRole
from domain.lifecycle import Priority
from domain.planning.rfc import RfcSubmitted
from domain.portfolio.classification import Answers
from domain.portfolio.proposal import ProposeProject
from domain.reviews.change_classification import ClassifyChange
from domain.reviews.fact_reports import report
from domain.state.project import Project, ProjectCommand
from domain.values import Fact, Name, Person, Role, Text


class Granted(Fact):
    """A person and the role to assign."""

    person: Person
    role: Role


class Propose(ProposeProject):
    """Propose a project together with its classification, team, request for change and documents."""

    answers: Answers | None = None
    priority: Priority = "medium"
    harm: Text | None = None
    incident: Name | None = None
    team: Annotated[tuple[Granted, ...], Field(max_length=50)] = ()
    rfc: RfcSubmitted | None = None
    documents: Annotated[tuple[DocumentRecorded, ...], Field(max_length=50)] = ()

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        yield from super().decide(state, context)
        for command in self._following():
            yield from command.decide(state, context)

    def _following(self) -> Iterator[ProjectCommand]:
        if self.answers:
            yield ClassifyChange(answers=self.answers, priority=self.priority, harm=self.harm, incident=self.incident)
        for grant in self.team:
            yield AssignRole(person=grant.person, role=grant.role)
        for fact in (*([self.rfc] if self.rfc else []), *self.documents):
            yield report(fact)
