"""Features: planned features, and those in scope."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.planning.change_requests import removed_by_change
from domain.planning.requirements import RequirementCaptured
from domain.state.project import Project, ProjectFact
from domain.values import Decimal, Key, Name


class FeaturePlanned(
    ProjectFact,
    kind="feature.planned/1",
    function=Phase.PLANNING,
    command="plan-feature",
    part="feature",
    evidence=(Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED),
):
    """A feature was planned for requirements; its size is in the project's `unit` (MOF, Planning SMF)."""

    feature: Key
    title: Name
    requirements: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    size: Decimal | None = None
    unit: Key | None = None
    priority: Key | None = None
    release: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        for requirement in self.requirements:
            if project.facts.latest(RequirementCaptured, requirement) is None:
                raise Rejected(
                    f"requirements: requirement {requirement} is not captured; capture it first (capture-requirement)"
                )


def features_in_scope(project: Project) -> dict[str, Recorded[FeaturePlanned]]:
    """The planned features that no approved change removed; planning one again restores it."""
    removed = removed_by_change(project)
    planned = project.facts.parts(FeaturePlanned)
    return {name: record for name, record in planned.items() if record.version > removed.get(name, 0)}
