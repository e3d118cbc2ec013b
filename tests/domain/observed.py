"""A record: what a source says of one project, unit after unit, as an import observes it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from domain.command import CommandContext
from domain.command_execution import CommandExecution
from domain.controls.evaluation import Result
from domain.event import Event, Recorded, TimeQuality
from domain.imports.observations import MilestoneSeen, ProposalSeen
from domain.imports.observe import Observation, Observe
from domain.lifecycle import Gate
from domain.policy.policy import Policy
from domain.reviews.breaches import BreachRecorded
from domain.reviews.milestones import MilestoneReached
from domain.state.project import Project
from milepost.policies import policy_from
from tests.conftest import START, event_id, rulebook_of

ORIGIN = "import:kep"
RULES = policy_from(Path(__file__).parents[2] / "examples" / "kep-policy.toml")
PROPOSAL = ProposalSeen(
    title="Pay", project_kind="it_service", service="pay", customer="sales", portfolio="main", requester="unknown"
)


@dataclass
class Record:
    """What is known so far; each unit a day after the last, unless its moment is given."""

    policy: Policy = RULES
    project: Project = field(default_factory=lambda: Project(stream="project-p"))
    events: list[Recorded] = field(default_factory=list[Recorded])
    now: datetime = START

    def says(
        self, *said: Observation, quality: TimeQuality = "exact", at: datetime | None = None, origin: str = ORIGIN
    ) -> list[Event]:
        """What follows from a unit of the source."""
        self.now = at or self.now + timedelta(days=1)
        rulebook = rulebook_of(self.policy)
        writing = CommandExecution(
            log="test",
            stream=self.project.stream,
            states={self.project.stream: self.project, f"policy-{self.policy.name}": rulebook},
            context=CommandContext("unknown", self.now, self.policy, rulebook, auth="unknown", origin=origin),
            command="unit",
            correlation="unit",
            tick=lambda: START,
            new_id=lambda moment: event_id(len(self.events) + len(writing.events) + 1),
        )
        follows = writing.carry_out([Observe(quality=quality, said=said)])
        self.events += follows
        return [recorded.event for recorded in follows]

    def passes(self, *gates: Gate) -> "Record":
        """The source says that these gates were passed, a day after each other."""
        for gate in gates:
            self.says(MilestoneSeen(gate=gate))
        return self

    def result(self, control: str) -> Result:
        """What a control found at the milestone reached last."""
        reached = [recorded.event for recorded in self.events if isinstance(recorded.event, MilestoneReached)]
        return next(result for result in reached[-1].results if result.control == control)

    def breaches(self) -> list[BreachRecorded]:
        return [recorded.event for recorded in self.events if isinstance(recorded.event, BreachRecorded)]


def record(quality: TimeQuality = "exact") -> Record:
    """A project that the source has just begun to speak of; watched from its start where that is exact."""
    begun = Record()
    begun.says(PROPOSAL, quality=quality, at=START)
    return begun
