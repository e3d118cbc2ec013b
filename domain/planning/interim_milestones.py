"""Interim milestones of a discipline, between the gates."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectFact
from domain.values import Count, Document, Key


class InterimMilestoneReached(
    ProjectFact,
    kind="interim-milestone.reached/1",
    function=Phase.PLANNING,
    command="reach-interim-milestone",
    part="occasion",
):
    """An interim milestone was reached: core team organised, design freeze, internal release `n` … (MSF)."""

    milestone: Key
    phase: Phase
    n: Count | None = None
    documents: Annotated[tuple[Document, ...], Field(max_length=20)] = ()

    @property
    def occasion(self) -> str:
        """The milestone, with its number if it occurs several times."""
        return self.milestone if self.n is None else f"{self.milestone}/{self.n}"

    def check(self, project: Project, context: CommandContext) -> None:
        disciplines = {terms.discipline: terms for terms in context.policy.disciplines}
        terms = disciplines.get(project.entry.discipline or "")
        if terms and terms.interim_milestones and self.milestone not in terms.interim_milestones:
            known = ", ".join(terms.interim_milestones)
            raise Rejected(f"milestone: {terms.title} has no interim milestone {self.milestone}; choose one of {known}")
