"""Completion and verification of features."""

from domain.build.builds import known_build
from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Decimal, Key, Name


class FeatureCompleted(
    ProjectFact,
    kind="feature.completed/1",
    function=Phase.BUILD,
    command="complete-feature",
    part="feature",
    evidence=(Gate.BUILD_COMPLETED,),
):
    """A feature was completed, with build and effort (MOF 4.0, Build SMF: goal G4, scope complete)."""

    feature: Key
    build: Key | None = None
    effort_hours: Decimal | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if self.build is not None:
            known_build(project, self.build)


class FeatureVerified(
    ProjectFact,
    kind="feature.verified/1",
    function=Phase.BUILD,
    command="verify-feature",
    part="feature",
    evidence=(Gate.BUILD_COMPLETED,),
):
    """A completed feature was verified against the specification (MOF 4.0, Build SMF)."""

    feature: Key
    conforms: bool
    specification_version: Name | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(FeatureCompleted, self.feature) is None:
            raise Rejected(
                f"feature: feature {self.feature} is not completed; record its completion first (complete-feature)"
            )


def completed(project: Project) -> dict[str, Recorded[FeatureCompleted]]:
    """The newest completion of each feature, by its id."""
    return project.facts.parts(FeatureCompleted)


def verified(project: Project) -> dict[str, Recorded[FeatureVerified]]:
    """The verification of each conforming feature, unless a newer completion exists."""
    done = completed(project)
    return {
        feature: check
        for feature, check in project.facts.parts(FeatureVerified).items()
        if check.event.conforms and feature in done and done[feature].version < check.version
    }
