"""Traces: which feature or test answers which requirement."""

from typing import Literal

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.planning.features import FeaturePlanned, features_in_scope
from domain.planning.requirements import RequirementCaptured, requirements_in_force
from domain.state.project import Project, ProjectFact
from domain.values import Key


class TraceLinked(
    ProjectFact,
    kind="trace.linked/1",
    function=Phase.PLANNING,
    command="link-trace",
    part="link",
    evidence=(Gate.PLAN_APPROVED,),
):
    """A requirement is answered by a feature or checked by a test; or no longer (MSF: requirements stay traceable)."""

    requirement: Key
    to: Key
    to_kind: Literal["feature", "test"] = "feature"
    removed: bool = False

    @property
    def link(self) -> str:
        """The part that a trace is: from where, to what."""
        return f"{self.requirement}>{self.to_kind}:{self.to}"

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(RequirementCaptured, self.requirement) is None:
            raise Rejected(f"requirement: {self.requirement} was never captured: capture it first")
        if self.to_kind == "feature" and project.facts.latest(FeaturePlanned, self.to) is None:
            raise Rejected(f"to: feature {self.to} was never planned: plan it first")
        if self.removed and project.facts.latest(TraceLinked, self.link) is None:
            raise Rejected(f"to: {self.requirement} was never traced to {self.to}: there is nothing to remove")


def features_of(project: Project) -> dict[str, set[str]]:
    """By requirement the features in scope that answer it, as features and traces say."""
    scope = features_in_scope(project)
    found: dict[str, set[str]] = {}
    for name, feature in scope.items():
        for requirement in feature.event.requirements:
            found.setdefault(requirement, set()).add(name)
    for trace in _traces(project, "feature"):
        if trace.event.to in scope:
            found.setdefault(trace.event.requirement, set()).add(trace.event.to)
    return found


def checks_of(project: Project) -> dict[str, set[str]]:
    """By requirement the tests that check it."""
    found: dict[str, set[str]] = {}
    for trace in _traces(project, "test"):
        found.setdefault(trace.event.requirement, set()).add(trace.event.to)
    return found


def untraced_requirements(project: Project, at: int | None = None) -> list[str]:
    """The requirements in force, at a version of the stream or now, that no feature in scope answers."""
    answered = features_of(project)
    return sorted(requirements_in_force(project, at).keys() - answered.keys())


def orphan_features(project: Project) -> list[str]:
    """The features in scope that answer no requirement in force."""
    answered = features_of(project)
    needed = {feature for name in requirements_in_force(project) for feature in answered.get(name, ())}
    return sorted(features_in_scope(project).keys() - needed)


def _traces(project: Project, to_kind: str) -> list[Recorded[TraceLinked]]:
    known = project.facts.parts(TraceLinked).values()
    return [trace for trace in known if trace.event.to_kind == to_kind and not trace.event.removed]
