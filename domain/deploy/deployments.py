"""Deployments: attempts, their results, and what is in production."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.deploy.outages import Outage, check_outages
from domain.event import Recorded
from domain.lifecycle import Act, Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Digest, Key, Person, Text

CORE = "core"
"""The target that is not a site: the core components."""


class DeploymentStarted(
    ProjectFact,
    kind="deployment.started/1",
    function=Phase.DEPLOY,
    command="start-deployment",
    part="attempt",
    evidence=(Gate.DEPLOYED,),
    checked_at=Act.DEPLOYMENT,
):
    """A deployment was started, authorized or not (MOF 4.0, Deploy SMF: processes 1 and 2, rule 9).

    `target` is `core` or a site, `deployer` the person who deploys if it is not the reporter. Each attempt has its own
    id: rejected if the attempt has already ended.
    """

    attempt: Key
    target: Key = CORE
    candidate_digest: Digest
    authorization: Key | None = None
    deployer: Person | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.latest(DeploymentStarted, self.attempt)
        ends = (project.facts.latest(kind, self.attempt) for kind in (DeploymentFinished, DeploymentRolledBack))
        if known and known.event != self and any(ends):
            raise Rejected(
                f"attempt: deployment attempt {self.attempt} has already ended; "
                "record the next attempt under its own id"
            )


class DeploymentFinished(
    ProjectFact,
    kind="deployment.finished/1",
    function=Phase.DEPLOY,
    command="finish-deployment",
    part="attempt",
    evidence=(Gate.DEPLOYED,),
):
    """A deployment attempt ended at the event's time; `digest_found` is then in production (MOF 4.0, Deploy SMF)."""

    attempt: Key
    result: Literal["succeeded", "failed", "partial"]
    digest_found: Digest | None = None
    downtime: Annotated[tuple[Outage, ...], Field(max_length=50)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        known_attempt(project, self.attempt)
        check_outages("downtime", self.downtime)


class DeploymentRolledBack(
    ProjectFact,
    kind="deployment.rolled-back/1",
    function=Phase.DEPLOY,
    command="roll-back-deployment",
    part="attempt",
    evidence=(Gate.DEPLOYED,),
):
    """A deployment attempt was rolled back by the event's time (Change and Configuration SMF: back-out)."""

    attempt: Key
    to_digest: Digest | None = None
    cause: Text | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        known_attempt(project, self.attempt)


def known_attempt(project: Project, attempt: Key) -> Recorded[DeploymentStarted]:
    """The start of this attempt. Raises `Rejected` where there is none."""
    known = project.facts.latest(DeploymentStarted, attempt)
    if known is None:
        raise Rejected(
            f"attempt: deployment attempt {attempt} is not started; record its start first (start-deployment)"
        )
    return known


@dataclass(frozen=True, slots=True)
class Attempt:
    """A deployment attempt: its start, and its end and rollback if any."""

    started: Recorded[DeploymentStarted]
    finished: Recorded[DeploymentFinished] | None
    rolled_back: Recorded[DeploymentRolledBack] | None

    @property
    def state(self) -> Literal["running", "succeeded", "failed", "partial", "rolled-back"]:
        if self.rolled_back:
            return "rolled-back"
        return self.finished.event.result if self.finished else "running"

    @property
    def deployer(self) -> str:
        return self.started.event.deployer or self.started.who


def attempts(project: Project) -> list[Attempt]:
    """Every attempt, in the order of their starts."""
    finished, rolled_back = project.facts.parts(DeploymentFinished), project.facts.parts(DeploymentRolledBack)
    found = [
        Attempt(started, finished.get(attempt), rolled_back.get(attempt))
        for attempt, started in project.facts.parts(DeploymentStarted).items()
    ]
    return sorted(found, key=lambda attempt: attempt.started.version)


@dataclass(frozen=True, slots=True)
class InProduction:
    """The digest at a target, None if a rollback did not state it, and the record that it comes from."""

    digest: str | None
    because: Recorded[DeploymentFinished] | Recorded[DeploymentRolledBack]


def in_production(project: Project) -> dict[str, InProduction]:
    """What is in production at each target, by the last attempt that changed it.

    A found digest overrides the intended one; a failed attempt changes nothing unless a digest was found.
    """
    changes = sorted(_changes(project), key=lambda change: change[1].because.version)
    return dict(changes)


def _changes(project: Project) -> Iterator[tuple[str, InProduction]]:
    for attempt in attempts(project):
        meant, ended, undone = attempt.started.event, attempt.finished, attempt.rolled_back
        if ended and (ended.event.digest_found or ended.event.result != "failed"):
            yield meant.target, InProduction(ended.event.digest_found or meant.candidate_digest, ended)
        if undone:
            yield meant.target, InProduction(undone.event.to_digest, undone)


def last_change(project: Project) -> int:
    """The version of the newest event about a deployment; 0 if there is none."""
    kinds = (DeploymentStarted, DeploymentFinished, DeploymentRolledBack)
    return max((record.version for kind in kinds if (record := project.facts.newest(kind))), default=0)
