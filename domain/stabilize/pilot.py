"""Pilots: limited use in production, judged by criteria that are agreed with the customer in advance."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from domain.command import CommandContext, Rejected
from domain.event import Recorded
from domain.lifecycle import Act, Gate, Phase
from domain.stabilize.candidates import known_candidate
from domain.state.project import Project, ProjectFact
from domain.values import Day, Fact, Key, Name, Person, Text

MOST_CRITERIA = 50
Outcome = Literal["stagger_forward", "roll_back", "suspend", "patch_and_continue", "deploy"]


class PilotCriterion(Fact):
    """A success criterion of a pilot: measure and target value."""

    criterion: Key
    measure: Name
    target: Name


class PilotResult(Fact):
    """The result of a pilot run for one criterion."""

    criterion: Key
    measured: Name
    met: bool


class PilotAgreed(
    ProjectFact,
    kind="pilot.agreed/1",
    function=Phase.STABILIZE,
    command="agree-pilot",
    part="pilot",
    evidence=(Gate.RELEASE_READY,),
    per_person=True,
):
    """A pilot was agreed with the customer: group, sites, dates and criteria (MOF 4.0, Stabilize: rule 7).

    `agreed_by` is the person who agreed for the customer, who must record it too.
    """

    pilot: Key
    agreed_by: Person
    criteria: Annotated[tuple[PilotCriterion, ...], Field(max_length=MOST_CRITERIA)]
    group: Text | None = None
    sites: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    feedback: Text | None = None
    begins: Day | None = None
    ends: Day | None = None

    def check(self, project: Project, context: CommandContext) -> None:
        _each_once("criteria", (each.criterion for each in self.criteria))
        if self.begins and self.ends and self.ends < self.begins:
            raise Rejected("ends: the pilot ends before it begins; give a later day")


class PilotStarted(
    ProjectFact,
    kind="pilot.started/1",
    function=Phase.STABILIZE,
    command="start-pilot",
    part="run",
    evidence=(Gate.RELEASE_READY,),
    checked_at=Act.PILOT,
):
    """A pilot run was started with a candidate (MOF 4.0, Stabilize SMF: process 2), agreed in advance or not.

    `run` is unique in the project: another candidate needs a new run of the same pilot.
    """

    run: Key
    pilot: Key
    candidate: Key

    def check(self, project: Project, context: CommandContext) -> None:
        known_candidate(project, self.candidate)
        decided = project.facts.latest(PilotDecided, self.run)
        known = project.facts.latest(PilotStarted, self.run)
        if decided and known and known.event != self:
            raise Rejected(f"run: pilot run {self.run} is already decided; record the next run under its own id")


class PilotDecided(
    ProjectFact,
    kind="pilot.decided/1",
    function=Phase.STABILIZE,
    command="decide-pilot",
    part="run",
    evidence=(Gate.RELEASE_READY,),
):
    """A pilot run was decided, with one of five outcomes (MOF 4.0, Stabilize SMF: process 2, rule 8).

    `issues` are the ids of the issues that remain open: ids of defects, or own ids.
    """

    run: Key
    outcome: Outcome
    results: Annotated[tuple[PilotResult, ...], Field(max_length=MOST_CRITERIA)] = ()
    issues: Annotated[tuple[Key, ...], Field(max_length=100)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        started = project.facts.latest(PilotStarted, self.run)
        if started is None:
            raise Rejected(f"run: pilot run {self.run} is not started; record its start first (start-pilot)")
        _each_once("results", (each.criterion for each in self.results))
        agreed = project.facts.latest(PilotAgreed, started.event.pilot)
        known = {each.criterion for each in agreed.event.criteria} if agreed else set[str]()
        for each in self.results:
            if agreed and each.criterion not in known:
                raise Rejected(f"results: pilot {started.event.pilot} has no criterion {each.criterion}")


def _each_once(place: str, criteria: Iterable[str]) -> None:
    named = list(criteria)
    twice = sorted({each for each in named if named.count(each) > 1})
    if twice:
        raise Rejected(f"{place}: {', '.join(twice)} is listed more than once; list each criterion once")


def agreed_before(project: Project, started: Recorded[PilotStarted]) -> Recorded[PilotAgreed] | None:
    """The agreement in force when a pilot run started; None if there was none."""
    agreements = project.facts.history(PilotAgreed, started.event.pilot)
    return next((each for each in reversed(agreements) if each.version < started.version), None)


def pilot_runs(project: Project) -> list[Recorded[PilotStarted]]:
    """Every run of every pilot, oldest first."""
    return sorted(project.facts.parts(PilotStarted).values(), key=lambda record: record.version)


def last_decision(project: Project) -> Recorded[PilotDecided] | None:
    """The decision of the last decided pilot run."""
    return project.facts.newest(PilotDecided)
