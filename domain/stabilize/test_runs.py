"""Test runs: what was tested on which candidate, with which outcome, for which requirements."""

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
    """Tests of one type were run, on a candidate or before there was one (MOF 4.0, Stabilize SMF: process 1).

    Of the `planned` cases so many `passed`, `failed`, or were `blocked`; the rest was not run.
    """

    __test__: ClassVar[bool] = False  # pytest takes every class called Test… for tests

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
        """Whether every planned case passed, and there was one."""
        return self.passed == self.planned > 0

    def check(self, project: Project, context: CommandContext) -> None:
        if self.candidate is not None:
            known_candidate(project, self.candidate)
        told = self.passed + self.failed + self.blocked
        if told > self.planned:
            raise Rejected(f"planned: {told} outcomes of {self.planned} planned cases don't add up")


class RequirementTestRecorded(
    ProjectFact,
    kind="requirement-test.recorded/1",
    function=Phase.STABILIZE,
    command="record-requirement-test",
    part="requirement",
):
    """What a test run said of one requirement (MOF 4.0, Stabilize SMF: test specification), for its coverage."""

    requirement: Key
    run: Key
    passed: bool

    def check(self, project: Project, context: CommandContext) -> None:
        if project.facts.latest(TestRunCompleted, self.run) is None:
            raise Rejected(f"run: {self.run} was never completed, record the test run first")


def runs_on(
    project: Project,
    candidate: Key,
    of_type: TestType | None = None,
) -> list[Recorded[TestRunCompleted]]:
    """The test runs on one candidate, of one type where it is named, oldest first."""
    found = [
        record
        for record in project.facts.parts(TestRunCompleted).values()
        if record.event.candidate == candidate and of_type in (None, record.event.type)
    ]
    return sorted(found, key=lambda record: record.version)
