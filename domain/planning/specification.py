"""The functional specification, baselined together with its requirements."""

import hashlib
from collections.abc import Iterable, Iterator

from domain.command import CommandContext, DecidedEvent
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.planning.requirements import RequirementCaptured, requirements_in_force
from domain.state.baseline import Baseline
from domain.state.project import Project, ProjectCommand
from domain.state.project_status import must_be_alive
from domain.values import Count, Digest, Document, Text, Version


class SpecificationBaselined(
    Baseline, kind="specification.baselined/1", function=Phase.PLANNING, evidence=(Gate.PLAN_APPROVED,)
):
    """Specification and design were baselined for the requirements in force at this version (MOF, goal G2).

    `requirements` is their number, `requirements_digest` SHA-256 over their sorted ids, each ended by a line feed.
    """

    document: Document
    design: Document | None = None
    requirements: Count
    requirements_digest: Digest


class BaselineSpecification(ProjectCommand, function=Phase.PLANNING):
    """Baseline a version of the specification together with the current requirements."""

    version: Version
    document: Document
    design: Document | None = None
    reason: Text | None = None

    def decide(self, state: Project, context: CommandContext) -> Iterator[DecidedEvent]:
        must_be_alive(state)
        ids = requirements_in_force(state)
        event = SpecificationBaselined(
            version=self.version,
            document=self.document,
            design=self.design,
            requirements=len(ids),
            requirements_digest=digest_of_ids(ids),
            reason=self.reason,
        )
        event.check(state, context)
        last = state.facts.latest(SpecificationBaselined)
        if last is None or last.event != event:
            yield DecidedEvent(event, context.role)


def digest_of_ids(ids: Iterable[str]) -> str:
    """SHA-256 over ids in ASCII order, each ended by a line feed."""
    lines = "".join(f"{name}\n" for name in sorted(ids))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def specified_requirements(project: Project) -> dict[str, Recorded[RequirementCaptured]]:
    """The requirements of the last baselined specification, by id; none without a baseline."""
    baseline = project.facts.latest(SpecificationBaselined)
    return requirements_in_force(project, at=baseline.version) if baseline else {}
