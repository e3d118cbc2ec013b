"""Acceptance of the solution by the customer."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, DecidedEvent, Rejected
from domain.deploy.deployments import in_production, last_change
from domain.event import Recorded
from domain.lifecycle import Phase
from domain.state.authority import acting_as
from domain.state.project import Project, ProjectCommand, ProjectFact
from domain.state.project_status import must_be_alive
from domain.values import Text

Reservations = Annotated[tuple[Text, ...], Field(max_length=20)]


class SolutionAccepted(ProjectFact, kind="solution.accepted/1", function=Phase.DEPLOY):
    """The customer accepted that the solution meets its objectives (MOF 4.0, Deploy SMF: process 4, rule 12).

    The envelope contains the person, role and assignment.
    """

    statement: Text
    reservations: Reservations = ()


class AcceptSolution(ProjectCommand, function=Phase.DEPLOY):
    """Accept the solution in production, as the customer; in standard and minor changes also as the requester."""

    statement: Text
    reservations: Reservations = ()

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        if not in_production(state):
            raise Rejected("the solution can't be accepted: nothing is in production; record the deployment first")
        by_requester = state.column in ("standard", "minor") and context.who == state.entry.requester
        role = context.role if by_requester else acting_as(state, context, ("customer",), "accept the solution")
        accepted = SolutionAccepted(statement=self.statement, reservations=self.reservations)
        known = acceptance(state)
        if known is None or known.event != accepted:
            yield DecidedEvent(accepted, role)


def acceptance(project: Project) -> Recorded[SolutionAccepted] | None:
    """The customer's acceptance, unless a deployment or rollback followed."""
    known = project.facts.latest(SolutionAccepted)
    return known if known and known.version > last_change(project) else None
