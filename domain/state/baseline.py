"""Baselines: versions of a document or plan, fixed so that what comes later is measured from them."""

from domain.command import CommandContext, Rejected
from domain.state.project import Project, ProjectFact
from domain.values import Version


class Baseline(ProjectFact):
    """A fixed version, counted from 1; the newest is in force, and no version is ever fixed twice."""

    version: Version

    def check(self, project: Project, context: CommandContext) -> None:
        last = project.facts.latest(type(self))
        if last and last.event != self and self.version <= last.event.version:
            raise Rejected(
                f"version: {last.event.version} is baselined already and stays as it is: "
                f"baseline this as version {last.event.version + 1}"
            )
