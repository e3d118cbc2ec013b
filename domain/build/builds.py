"""Builds and their verification."""

from typing import Annotated

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Count, Digest, Fact, Key, Moment, Name, Text


class Commits(Fact):
    """The commits that a build is the first to contain: their number, and the times of the first and last."""

    count: Count
    first_at: Moment
    last_at: Moment


class BuildRecorded(
    ProjectFact,
    kind="build.recorded/1",
    function=Phase.BUILD,
    command="record-build",
    part="build",
    evidence=(Gate.BUILD_COMPLETED,),
):
    """A build was recorded with its revision and digest (MOF 4.0, Build SMF: build the solution).

    Lead time starts with `commits`. Rejected if the build is recorded with another digest.
    """

    build: Key
    digest: Digest
    revision: Name | None = None
    commits: Commits | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.latest(BuildRecorded, self.build)
        if known and known.event.digest != self.digest:
            raise Rejected(
                f"digest: build {self.build} is recorded with another digest; record the new build under its own id"
            )
        if self.commits and self.commits.last_at < self.commits.first_at:
            raise Rejected("commits.last_at: the last commit is earlier than first_at; give a later time")


class BuildVerified(
    ProjectFact,
    kind="build.verified/1",
    function=Phase.BUILD,
    command="verify-build",
    part="build",
    evidence=(Gate.BUILD_COMPLETED,),
):
    """A build was verified: accepted or not (MSF, Daily Build: a build counts once its verification passed)."""

    build: Key
    accepted: bool
    checks: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    cause: Text | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        known_build(project, self.build)


def known_build(project: Project, build: Key) -> Recorded[BuildRecorded]:
    """The record of this build. Raises `Rejected` where there is none."""
    known = project.facts.latest(BuildRecorded, build)
    if known is None:
        raise Rejected(f"build: build {build} is not recorded; record it first (record-build)")
    return known


def handed_over(project: Project) -> Recorded[BuildRecorded] | None:
    """The build to hand over: the newest."""
    return project.facts.newest(BuildRecorded)


def verification_of(project: Project, build: Key) -> Recorded[BuildVerified] | None:
    """The newest verification of a build."""
    return project.facts.latest(BuildVerified, build)
