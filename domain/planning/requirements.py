"""Requirements: capture, revision, removal and restoration."""

from typing import Literal

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.state.project import Project, ProjectFact
from domain.values import Key, Text


class RequirementCaptured(
    ProjectFact,
    kind="requirement.captured/1",
    function=Phase.PLANNING,
    command="capture-requirement",
    part="requirement",
    evidence=(Gate.PLAN_APPROVED,),
):
    """A requirement of business, users, operations or system was captured; `source` is the party that has it.

    The four levels are those of MSF 3.1.
    """

    requirement: Key
    level: Literal["business", "user", "operational", "system"]
    statement: Text
    source: Key | None = None
    priority: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        known = project.facts.latest(RequirementCaptured, self.requirement)
        revised = project.facts.latest(RequirementRevised, self.requirement)
        if known and (revised or known.event != self):
            raise Rejected(
                f"requirement: {self.requirement} is already captured; revise it (revise-requirement) or use another id"
            )


class RequirementRevised(
    ProjectFact,
    kind="requirement.revised/1",
    function=Phase.PLANNING,
    command="revise-requirement",
    part="requirement",
    evidence=(Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED, Gate.RELEASE_READY),
):
    """A requirement was changed, removed or restored, by a change request if one is named (rule 13)."""

    requirement: Key
    change: Literal["changed", "removed", "restored"]
    statement: Text | None = None
    change_request: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(RequirementCaptured, self.requirement) is None:
            raise Rejected(f"requirement: {self.requirement} is not captured; capture it first (capture-requirement)")
        if self.change == "changed" and self.statement is None:
            raise Rejected("statement: a changed requirement needs its new text; give the statement")
        last = project.facts.latest(RequirementRevised, self.requirement)
        if last and last.event == self:
            return
        removed = last is not None and last.event.change == "removed"
        if removed and self.change != "restored":
            raise Rejected(
                f"requirement: {self.requirement} was removed; restore it first (revise-requirement, change restored)"
            )
        if self.change == "restored" and not removed:
            raise Rejected(f"requirement: {self.requirement} is not removed, so it can't be restored")


def requirements_in_force(project: Project, at: int | None = None) -> dict[str, Recorded[RequirementCaptured]]:
    """The requirements that are captured and not removed, by id; at a version of the stream, or now."""
    end = project.version if at is None else at
    captured = [known for known in project.facts.history(RequirementCaptured) if known.version <= end]
    revised = [known for known in project.facts.history(RequirementRevised) if known.version <= end]
    change = {known.event.requirement: known.event.change for known in revised}
    return {r.event.requirement: r for r in captured if change.get(r.event.requirement) != "removed"}
