"""Traces from requirements to features and tests."""

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
    """A trace from a requirement to a feature or test was linked or removed (MSF: requirements stay traceable)."""

    requirement: Key
    to: Key
    to_kind: Literal["feature", "test"] = "feature"
    removed: bool = False

    @property
    def link(self) -> str:
        """The identity of a trace: requirement, type and target."""
        return f"{self.requirement}>{self.to_kind}:{self.to}"

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(RequirementCaptured, self.requirement) is None:
            raise Rejected(f"requirement: {self.requirement} is not captured; capture it first (capture-requirement)")
        if self.to_kind == "feature" and project.facts.latest(FeaturePlanned, self.to) is None:
            raise Rejected(f"to: feature {self.to} is not planned; plan it first (plan-feature)")
        if self.removed and project.facts.latest(TraceLinked, self.link) is None:
            raise Rejected(f"to: {self.requirement} has no trace to {self.to}, so none can be removed")


def features_of(project: Project) -> dict[str, set[str]]:
    """By requirement, its features in scope, from features and traces."""
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
    """By requirement, its tests."""
    found: dict[str, set[str]] = {}
    for trace in _traces(project, "test"):
        found.setdefault(trace.event.requirement, set()).add(trace.event.to)
    return found


def untraced_requirements(project: Project, at: int | None = None) -> list[str]:
    """The requirements in force without a feature in scope, at a version of the stream or now."""
    answered = features_of(project)
    return sorted(requirements_in_force(project, at).keys() - answered.keys())


def orphan_features(project: Project) -> list[str]:
    """The features in scope without a requirement in force."""
    answered = features_of(project)
    needed = {feature for name in requirements_in_force(project) for feature in answered.get(name, ())}
    return sorted(features_in_scope(project).keys() - needed)


def _traces(project: Project, to_kind: str) -> list[Recorded[TraceLinked]]:
    known = project.facts.parts(TraceLinked).values()
    return [trace for trace in known if trace.event.to_kind == to_kind and not trace.event.removed]
