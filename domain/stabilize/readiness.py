"""Readiness items: what operations and support need before they take over."""

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Document, Key


class ReadinessItemConfirmed(
    ProjectFact,
    kind="readiness-item.confirmed/1",
    function=Phase.STABILIZE,
    command="confirm-readiness-item",
    part="item",
    evidence=(Gate.RELEASE_READY,),
):
    """A readiness item was confirmed, or its confirmation withdrawn (MOF 4.0, Deliver Phase: goal G7).

    The envelope contains the person and role. The policy names the items: operations-plan, training, …
    """

    item: Key
    document: Document | None = None
    withdrawn: bool = False

    def check(self, project: Project, context: CommandContext) -> None:
        if self.withdrawn and project.facts.latest(ReadinessItemConfirmed, self.item) is None:
            raise Rejected(f"item: readiness item {self.item} is not confirmed, so its confirmation can't be withdrawn")


def confirmed_items(project: Project) -> dict[str, Recorded[ReadinessItemConfirmed]]:
    """The confirmations in force, by item."""
    items = project.facts.parts(ReadinessItemConfirmed)
    return {item: record for item, record in items.items() if not record.event.withdrawn}
