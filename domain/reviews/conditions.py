"""Conditions of approvals, and how they are closed."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.lifecycle import SupportingFunction
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectEvent
from domain.values import Document, Key, Role, Text


class ConditionClosed(ProjectEvent, kind="condition.closed/1", function=SupportingFunction.REVIEW):
    """A condition of an approval was met, as a person other than its owner verified."""

    condition: Key
    verified_by_role: Role | None = None
    documents: tuple[Document, ...] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.gates.conditions[self.condition].closed = True


class CloseCondition(ProjectCommand, function=SupportingFunction.REVIEW):
    """Record that a condition is met. Anyone with a role in the project may do it, except the condition's owner."""

    condition: Key
    documents: Annotated[tuple[Document, ...], Field(max_length=20)] = ()
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        condition = state.gates.conditions.get(self.condition)
        if condition is None:
            known = ", ".join(c.id for c in state.gates.conditions.values() if not c.closed) or "none"
            raise Rejected(f"condition: this project has no condition {self.condition}; open conditions: {known}")
        if condition.owner == context.who:
            raise Rejected(
                f"condition: {condition.owner} owns condition {self.condition} and can't verify it; "
                "another person must verify it"
            )
        held = sorted(state.team.roles_of(context.who, context.now))
        role = acting_as(state, context, held or ("a role of this project",), f"verify condition {self.condition}")
        if not condition.closed:
            yield DecidedEvent(
                ConditionClosed(
                    condition=self.condition,
                    verified_by_role=role,
                    documents=self.documents,
                    reason=self.reason,
                ),
                role,
            )
