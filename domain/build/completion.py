"""Completion: which features are done, and which of them do what the specification says."""

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
    """A feature was finished, in this build, at this effort (MOF 4.0, Build SMF: goal G4, scope complete)."""

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
    """A finished feature was held against the specification (MOF 4.0, Build SMF: it maps to what is being built)."""

    feature: Key
    conforms: bool
    specification_version: Name | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(FeatureCompleted, self.feature) is None:
            raise Rejected(f"feature: {self.feature} was never completed, so there is nothing to verify")


def completed(project: Project) -> dict[str, Recorded[FeatureCompleted]]:
    """The newest completion of each feature, by its id."""
    return project.facts.parts(FeatureCompleted)


def verified(project: Project) -> dict[str, Recorded[FeatureVerified]]:
    """The verification of each feature that found it as specified, and that no newer completion has overtaken."""
    done = completed(project)
    return {
        feature: check
        for feature, check in project.facts.parts(FeatureVerified).items()
        if check.event.conforms and feature in done and done[feature].version < check.version
    }
