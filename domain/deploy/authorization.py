"""Authorizations of deployments."""

from typing import Literal

from domain.event import Recorded
from domain.lifecycle import Phase
from domain.state.project import Project, ProjectEvent
from domain.values import Digest, EventId, Key, Moment


class DeploymentAuthorized(ProjectEvent, kind="deployment.authorized/1", function=Phase.DEPLOY):
    """The deployment was authorized; early core needs operations' consent (MOF, Deploy)."""

    authorization: Key
    scope: Literal["early-core", "core", "site"]
    candidate_digest: Digest
    rfc: Key | None = None
    operations_consent: EventId | None = None
    valid_until: Moment | None = None
    components: tuple[Key, ...] = ()

    def evolve(self, project: Project, recorded: Recorded) -> None:
        project.facts.keep(self.authorization, recorded)
