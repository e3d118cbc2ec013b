"""Incidents in production, and their restoration."""

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
    """An incident in production was reported, possibly caused by a deployment (MOF 4.0, Customer Service SMF)."""

    incident: Key
    service: Key
    severity: Key
    detected_at: Moment
    started_at: Moment | None = None
    suspected_attempt: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.detected_at > context.now:
            raise Rejected("detected_at: the time is in the future; give the time of detection")
        if self.started_at and self.started_at > self.detected_at:
            raise Rejected("started_at: the start is later than detected_at; give an earlier time")
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
    """The service was restored at the event's time; the outages are those of this incident (MOF 4.0, Operate)."""

    incident: Key
    how: Text | None = None
    outages: Annotated[tuple[Outage, ...], Field(max_length=50)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(IncidentReported, self.incident) is None:
            raise Rejected(f"incident: incident {self.incident} is not reported; report it first (report-incident)")
        check_outages("outages", self.outages)


def open_incidents(project: Project) -> list[Recorded[IncidentReported]]:
    """The open incidents, oldest first."""
    restored = project.facts.parts(IncidentRestored)
    found = [
        reported
        for incident, reported in project.facts.parts(IncidentReported).items()
        if incident not in restored or restored[incident].version < reported.version
    ]
    return sorted(found, key=lambda record: record.version)
