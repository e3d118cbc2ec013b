"""Test runs, by type and candidate, and their results for requirements."""

from typing import ClassVar, Literal

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Gate, Phase
from domain.stabilize.candidates import known_candidate
from domain.state.project import Project, ProjectFact
from domain.values import Count, Document, Key

TestType = Literal["unit", "integration", "system", "performance", "security", "pre-production", "acceptance"]


class TestRunCompleted(
    ProjectFact,
    kind="test-run.completed/1",
    function=Phase.STABILIZE,
    command="complete-test-run",
    part="run",
    evidence=(Gate.RELEASE_READY,),
):
    """A test run of one type was completed, with or without a candidate (MOF 4.0, Stabilize SMF: process 1).

    Of the `planned` cases, these numbers `passed`, `failed` or were `blocked`; the rest was not run.
    """

    __test__: ClassVar[bool] = False  # pytest collects classes named Test…

    run: Key
    type: TestType
    candidate: Key | None = None
    planned: Count
    passed: Count
    failed: Count = 0
    blocked: Count = 0
    document: Document | None = None

    @property
    def successful(self) -> bool:
        """Whether every planned case passed, and there is at least one."""
        return self.passed == self.planned > 0

    def check(self, project: Project, context: CommandContext) -> None:
        if self.candidate is not None:
            known_candidate(project, self.candidate)
        told = self.passed + self.failed + self.blocked
        if told > self.planned:
            raise Rejected(
                f"planned: there are {told} results for {self.planned} planned cases; correct one of the numbers"
            )


class RequirementTestRecorded(
    ProjectFact,
    kind="requirement-test.recorded/1",
    function=Phase.STABILIZE,
    command="record-requirement-test",
    part="requirement",
):
    """The result of a test run for one requirement (MOF 4.0, Stabilize SMF: test specification)."""

    requirement: Key
    run: Key
    passed: bool

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(TestRunCompleted, self.run) is None:
            raise Rejected(f"run: test run {self.run} is not recorded; record it first (complete-test-run)")


def runs_on(
    project: Project,
    candidate: Key,
    of_type: TestType | None = None,
) -> list[Recorded[TestRunCompleted]]:
    """The test runs on one candidate, optionally of one type, oldest first."""
    found = [
        record
        for record in project.facts.parts(TestRunCompleted).values()
        if record.event.candidate == candidate and of_type in (None, record.event.type)
    ]
    return sorted(found, key=lambda record: record.version)
