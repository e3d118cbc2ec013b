"""Baselines: fixed versions of documents and plans, from which later changes are measured."""

from domain.command import CommandContext, Rejected
from domain.state.project import Project, ProjectFact
from domain.values import Version


class Baseline(ProjectFact):
    """A fixed version, counted from 1; the newest is in force, and no version is baselined twice."""

    version: Version

    def check(self, project: Project, context: CommandContext) -> None:
        last = project.facts.latest(type(self))
        if last and last.event != self and self.version <= last.event.version:
            raise Rejected(
                f"version: version {last.event.version} is already baselined and can't be changed; "
                f"baseline this as version {last.event.version + 1}"
            )
