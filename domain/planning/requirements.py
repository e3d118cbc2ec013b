"""Requirements: captured, revised, removed, restored; and which are in force."""

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
    """A need was written down: of the business, its users, operations or the system; `source` is the party that has it.

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
            raise Rejected(f"requirement: {self.requirement} is captured already: revise it, or choose another id")


class RequirementRevised(
    ProjectFact,
    kind="requirement.revised/1",
    function=Phase.PLANNING,
    command="revise-requirement",
    part="requirement",
    evidence=(Gate.PLAN_APPROVED, Gate.BUILD_COMPLETED, Gate.RELEASE_READY),
):
    """A requirement was worded anew, taken out, or taken in again, by a change request where it names one (rule 13)."""

    requirement: Key
    change: Literal["changed", "removed", "restored"]
    statement: Text | None = None
    change_request: Key | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(RequirementCaptured, self.requirement) is None:
            raise Rejected(f"requirement: {self.requirement} was never captured: capture it first")
        if self.change == "changed" and self.statement is None:
            raise Rejected("statement: say how the requirement reads now")
        last = project.facts.latest(RequirementRevised, self.requirement)
        if last and last.event == self:
            return
        removed = last is not None and last.event.change == "removed"
        if removed and self.change != "restored":
            raise Rejected(f"requirement: {self.requirement} was removed: restore it first")
        if self.change == "restored" and not removed:
            raise Rejected(f"requirement: {self.requirement} is in force: there is nothing to restore")


def requirements_in_force(project: Project, at: int | None = None) -> dict[str, Recorded[RequirementCaptured]]:
    """The requirements captured and not removed, by id; at a version of the project's stream, or now."""
    end = project.version if at is None else at
    captured = [known for known in project.facts.history(RequirementCaptured) if known.version <= end]
    revised = [known for known in project.facts.history(RequirementRevised) if known.version <= end]
    change = {known.event.requirement: known.event.change for known in revised}
    return {r.event.requirement: r for r in captured if change.get(r.event.requirement) != "removed"}
