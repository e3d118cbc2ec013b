"""Preapproval: a change is approved in advance by a template."""

from domain.event import Recorded
from domain.lifecycle import Gate, SupportingFunction
from domain.state.gates import Milestone
from domain.state.project import Project, ProjectEvent
from domain.values import EventId, Key, Name, Version


class ProjectPreapproved(ProjectEvent, kind="project.preapproved/1", function=SupportingFunction.PORTFOLIO):
    """The change uses a registered template, which is approved for all its uses (MOF, Change SMF, step 4)."""

    template: Key
    template_version: Version
    standing_approval: EventId
    limits_checked: tuple[Name, ...]

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.entry.template = self.template
        version, at, command = recorded.version, recorded.measured_at, recorded.command
        project.gates.portfolio = Milestone(
            Gate.PORTFOLIO, version, at, "standing", self.standing_approval, command=command
        )
        project.facts.keep("", recorded)
