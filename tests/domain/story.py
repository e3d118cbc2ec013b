"""A story: commands given one after another to one project, each on what the ones before it made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from domain.command import Command, CommandContext, Refused, Rejected
from domain.command_execution import CommandExecution
from domain.event import E, Recorded, only
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.state.project import Project, fold
from domain.streams import StreamState
from tests.conftest import START, event_id

STREAM = "project-p"


@dataclass
class Story:
    """What happened so far, how many commands that took, and what time it is now."""

    policy: Policy
    rulebook: Rulebook
    project: Project = field(default_factory=lambda: Project(stream=STREAM))
    now: datetime = START
    commands: int = 0
    events: list[Recorded] = field(default_factory=list[Recorded])

    def do(
        self, *commands: Command, by: str, role: str | None = None, after: timedelta = timedelta(minutes=10)
    ) -> list[str]:
        """Give these commands as one batch; the kinds of event that follow. What is rejected leaves nothing behind."""
        self.now += after
        self.commands += 1
        writing = self._writing(commands[0], by, role)
        try:
            follows = writing.carry_out(commands)
        except (Rejected, Refused) as refused:
            self.project = fold(recorded for recorded in self.events if recorded.stream == STREAM)
            self.project.stream = STREAM
            if isinstance(refused, Refused) and not refused.repeated:
                again = self._writing(commands[0], by, role)
                again.write(refused.record)
                self.events += again.events
            raise
        self.events += follows
        return [recorded.event.kind for recorded in follows]

    def rejected(self, *commands: Command, by: str, because: str, role: str | None = None) -> None:
        """These commands are rejected, and leave nothing behind."""
        before = len(self.events)
        with pytest.raises(Rejected, match=because):
            self.do(*commands, by=by, role=role)
        assert len(self.events) == before

    def refused(self, command: Command, by: str, because: str, role: str | None = None) -> None:
        """The gate stays shut, and that is recorded as the service does."""
        with pytest.raises(Refused, match=because):
            self.do(command, by=by, role=role)

    def _writing(self, command: Command, by: str, role: str | None) -> CommandExecution:
        states: dict[str, StreamState] = {
            self.project.stream: self.project,
            f"policy-{self.policy.name}": self.rulebook,
        }
        stream = f"policy-{self.policy.name}" if command.belongs_to == "policy" else self.project.stream
        writing = CommandExecution(
            log="test",
            stream=stream,
            states=states,
            context=CommandContext(by, self.now, self.held_to, self.rulebook, role),
            command=f"command-{self.commands}",
            correlation="story",
            tick=self._tick,
            new_id=lambda moment: event_id(len(self.events) + len(writing.events) + 1),
        )
        return writing

    @property
    def held_to(self) -> Policy:
        """The policy that the project is held to now."""
        return self.rulebook.policies.get(self.project.held_to or "", self.policy)

    def last(self, kind: type[E]) -> E:
        """The newest event of a kind."""
        return next(found.event for known in reversed(self.events) if (found := only(kind, known)))

    def _tick(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def kinds(self) -> list[str]:
        return [recorded.event.kind for recorded in self.events]

    def has(self, kinds: Iterable[str]) -> bool:
        return set(kinds) <= set(self.kinds())
