"""Incidents: what went wrong in production after a deployment, and when it was put right."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.deploy.deployments import known_attempt
from domain.deploy.outages import Outage, check_outages
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Key, Moment, Text


class IncidentReported(
    ProjectFact,
    kind="incident.reported/1",
    function=Phase.DEPLOY,
    command="report-incident",
    part="incident",
    evidence=(Gate.DEPLOYED,),
):
    """Something went wrong in production (MOF 4.0, Customer Service SMF), perhaps because of an attempt to deploy."""

    incident: Key
    service: Key
    severity: Key
    detected_at: Moment
    started_at: Moment | None = None
    suspected_attempt: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.detected_at > context.now:
            raise Rejected("detected_at: an incident can't be detected in the future")
        if self.started_at and self.started_at > self.detected_at:
            raise Rejected("started_at: an incident can't start after it was detected")
        if self.suspected_attempt is not None:
            known_attempt(project, self.suspected_attempt)


class IncidentRestored(
    ProjectFact,
    kind="incident.restored/1",
    function=Phase.DEPLOY,
    command="restore-incident",
    part="incident",
    evidence=(Gate.DEPLOYED,),
):
    """The service was there again, at the event's time; the outages are those of this incident (MOF 4.0, Operate)."""

    incident: Key
    how: Text | None = None
    outages: Annotated[tuple[Outage, ...], Field(max_length=50)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(IncidentReported, self.incident) is None:
            raise Rejected(f"incident: {self.incident} was never reported, report it first")
        check_outages("outages", self.outages)


def open_incidents(project: Project) -> list[Recorded[IncidentReported]]:
    """The incidents after whose last report nothing was restored, oldest first."""
    restored = project.facts.parts(IncidentRestored)
    found = [
        reported
        for incident, reported in project.facts.parts(IncidentReported).items()
        if incident not in restored or restored[incident].version < reported.version
    ]
    return sorted(found, key=lambda record: record.version)
