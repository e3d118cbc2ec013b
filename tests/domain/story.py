"""A story: commands given one after another to one project, each on what the ones before it made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.command import Circumstances, Command
from domain.event import Recorded
from domain.policy import Policy
from domain.rulebook import Rulebook
from domain.state.project import Project
from domain.writing import Writing
from tests.conftest import START, event_id


@dataclass
class Story:
    """What happened so far, how many commands that took, and what time it is now."""

    policy: Policy
    rulebook: Rulebook
    project: Project = field(default_factory=lambda: Project(stream="project-p"))
    now: datetime = START
    commands: int = 0
    events: list[Recorded] = field(default_factory=list[Recorded])

    def do(
        self, *commands: Command, by: str, role: str | None = None, after: timedelta = timedelta(minutes=10)
    ) -> list[str]:
        """Give these commands as one batch; the kinds of event that follow."""
        self.now += after
        self.commands += 1
        states = {self.project.stream: self.project, f"policy-{self.policy.name}": self.rulebook}
        stream = f"policy-{self.policy.name}" if commands[0].belongs_to == "policy" else self.project.stream
        writing = Writing(
            log="test",
            stream=stream,
            states=states,
            circumstances=Circumstances(by, self.now, self.policy, self.rulebook, role),
            command=f"command-{self.commands}",
            correlation="story",
            tick=self._tick,
            new_id=lambda moment: event_id(len(self.events) + len(writing.events) + 1),
        )
        follows = writing.carry_out(commands)
        self.events += follows
        return [recorded.event.kind for recorded in follows]

    def _tick(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def kinds(self) -> list[str]:
        return [recorded.event.kind for recorded in self.events]

    def has(self, kinds: Iterable[str]) -> bool:
        return set(kinds) <= set(self.kinds())
