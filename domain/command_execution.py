"""Command execution: each decided event is recorded, encoded and in force before the next is asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.codec import Unreadable, written
from domain.command import Command, CommandContext, DecidedEvent, Rejected
from domain.event import Recorded
from domain.streams import StreamState, decide


@dataclass
class CommandExecution:
    """What a command, or a batch of commands, writes to its own stream and to that of its policy, in order.

    `states` holds the state of each of these streams by its name. `tick` returns the next `recordedtime`, `new_id` the
    id of an event of that moment. After an exception the states that were written to are invalid: discard them.
    """

    log: str
    stream: str
    states: dict[str, StreamState]
    context: CommandContext
    command: str
    correlation: str
    tick: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    causation: str | None = None
    events: list[Recorded] = field(default_factory=list[Recorded])

    def carry_out(self, commands: Iterable[Command]) -> list[Recorded]:
        """Decide each command on what the commands before it wrote. Raises `Rejected`, `Refused` or `TooLarge`."""
        for command in commands:
            for decided in decide(command, self.states[self.stream], self._context):
                self.write(decided)
        return self.events

    @property
    def _context(self) -> CommandContext:
        """The context of the command, under the policy that the stream is held to by now."""
        held_to, given = self.states[self.stream].held_to, self.context
        policy = given.rulebook.policies.get(held_to or "", given.policy)
        return given if policy.label == given.policy.label else replace(given, policy=policy)

    def write(self, decided: DecidedEvent) -> None:
        """Record an event and apply it to the state of its stream. Raises `Rejected` or `TooLarge`."""
        stream = self._stream_of(decided.event.belongs_to)
        state = self.states[stream]
        recorded = _readable(self._recorded(decided, stream, state.version + 1))
        state.apply(recorded)
        self.events.append(recorded)

    def _recorded(self, decided: DecidedEvent, stream: str, version: int) -> Recorded:
        recorded_at, c = self.tick(), self._context
        moment = recorded_at if c.origin == "live" else c.now
        assignment = self.states[self.stream].assignment(c.who, decided.role, c.now)
        holds = assignment or not self.stream.startswith("project-")  # in a project, a claimed role counts for nothing
        return Recorded(
            id=self.new_id(recorded_at),
            log=self.log,
            stream=stream,
            version=version,
            event=decided.event,
            time=decided.time or moment,
            recorded_at=recorded_at,
            time_quality=decided.quality,
            who=c.who,
            role=decided.role if holds else None,
            assignment=assignment,
            auth=c.auth,
            command=self.command,
            correlation=self.correlation,
            causation=self.causation,
            policy=c.policy.label,
            origin=c.origin,
        )

    def _stream_of(self, category: str) -> str:
        own = self.stream.partition("-")[0] == category
        return self.stream if own else f"{category}-{self.context.policy.name}"


def _readable(recorded: Recorded) -> Recorded:
    try:
        return written(recorded)
    except Unreadable as error:
        raise Rejected(f"the encoded {recorded.event.kind} can't be decoded to the same event: {error}") from error
