"""Pilot: a first use in production by a few, on criteria agreed with the customer beforehand, and how it ended."""

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
    """One thing that a pilot is judged by: what is measured, and what value is wanted."""

    criterion: Key
    measure: Name
    target: Name


class PilotResult(Fact):
    """What a pilot showed for one criterion."""

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
    """Who pilots, where and when, and what makes it a success, agreed with the customer (MOF 4.0, Stabilize: rule 7).

    `agreed_by` is whoever agreed for the customer, and has to tell it too.
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
            raise Rejected("ends: a pilot can't end before it begins")


class PilotStarted(
    ProjectFact,
    kind="pilot.started/1",
    function=Phase.STABILIZE,
    command="start-pilot",
    part="run",
    evidence=(Gate.RELEASE_READY,),
    checked_at=Act.PILOT,
):
    """A run of a pilot began, with this candidate (MOF 4.0, Stabilize SMF: process 2), agreed beforehand or not.

    `run` is unique in the project: the next candidate makes a new run of the same pilot.
    """

    run: Key
    pilot: Key
    candidate: Key

    def check(self, project: Project, context: CommandContext) -> None:
        known_candidate(project, self.candidate)
        decided = project.facts.latest(PilotDecided, self.run)
        known = project.facts.latest(PilotStarted, self.run)
        if decided and known and known.event != self:
            raise Rejected(f"run: {self.run} was decided already, give the next run an id of its own")


class PilotDecided(
    ProjectFact,
    kind="pilot.decided/1",
    function=Phase.STABILIZE,
    command="decide-pilot",
    part="run",
    evidence=(Gate.RELEASE_READY,),
):
    """What follows from a run: one of exactly five outcomes (MOF 4.0, Stabilize SMF: process 2, rule 8).

    `issues` are the ids of those that are open after it: of defects, or of their own.
    """

    run: Key
    outcome: Outcome
    results: Annotated[tuple[PilotResult, ...], Field(max_length=MOST_CRITERIA)] = ()
    issues: Annotated[tuple[Key, ...], Field(max_length=100)] = ()

    def check(self, project: Project, context: CommandContext) -> None:
        started = project.facts.latest(PilotStarted, self.run)
        if started is None:
            raise Rejected(f"run: {self.run} never started, so there is nothing to decide")
        _each_once("results", (each.criterion for each in self.results))
        agreed = project.facts.latest(PilotAgreed, started.event.pilot)
        known = {each.criterion for each in agreed.event.criteria} if agreed else set[str]()
        for each in self.results:
            if agreed and each.criterion not in known:
                raise Rejected(f"results: {each.criterion} is no criterion of pilot {started.event.pilot}")


def _each_once(place: str, criteria: Iterable[str]) -> None:
    named = list(criteria)
    twice = sorted({each for each in named if named.count(each) > 1})
    if twice:
        raise Rejected(f"{place}: {', '.join(twice)} is named twice, name each criterion once")


def agreed_before(project: Project, started: Recorded[PilotStarted]) -> Recorded[PilotAgreed] | None:
    """The agreement as it stood when a run of the pilot began; None where there was none."""
    agreements = project.facts.history(PilotAgreed, started.event.pilot)
    return next((each for each in reversed(agreements) if each.version < started.version), None)


def pilot_runs(project: Project) -> list[Recorded[PilotStarted]]:
    """Every run of every pilot, oldest first."""
    return sorted(project.facts.parts(PilotStarted).values(), key=lambda record: record.version)


def last_decision(project: Project) -> Recorded[PilotDecided] | None:
    """How the last pilot that was decided ended."""
    return project.facts.newest(PilotDecided)
