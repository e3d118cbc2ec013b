"""Carrying out commands: each event is stamped, turned into its bytes and in force before the next is decided."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from domain.codec import Unreadable, written
from domain.command import Command, CommandContext, Rejected, Told
from domain.event import Event, Recorded


class Folded(Protocol):
    """What a stream's events have made."""

    version: int

    @property
    def held_to(self) -> str | None:
        """The label of the policy that this stream is held to; None where that is no matter of the stream's."""
        ...

    def apply(self, recorded: Recorded) -> None: ...

    def assignment(self, who: str, role: str | None, now: datetime) -> str | None:
        """The id of the event that lets this person act in this role here."""
        ...


@dataclass
class CommandExecution:
    """What one command, or a batch of them, writes to the streams that it may touch, in order.

    `states` holds what is known of each stream by its name, `tick` gives the next `recordedtime` and `new_id` the id
    of an event of that moment. After an exception the states that were written to are to be thrown away.
    """

    log: str
    stream: str
    states: dict[str, Any]
    context: CommandContext
    command: str
    correlation: str
    tick: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    causation: str | None = None
    events: list[Recorded] = field(default_factory=list[Recorded])

    def carry_out(self, commands: Iterable[Command]) -> list[Recorded]:
        """Decide each command on what the ones before it have written. Raises `Rejected`, `Refused` or `TooLarge`."""
        for command in commands:
            self.context.inferred.clear()
            for decided in command.decide(self.states[self.stream], self._context):
                self.write(decided if isinstance(decided, Told) else None, decided)
        return self.events

    @property
    def _context(self) -> CommandContext:
        """As they were asked under, or under the policy that the stream was moved to meanwhile."""
        held_to, given = self.states[self.stream].held_to, self.context
        policy = given.rulebook.policies.get(held_to or "", given.policy)
        return given if policy.label == given.policy.label else replace(given, policy=policy)

    def write(self, told: Told | None, decided: Any) -> None:
        event = told.event if told else decided
        state: Folded = self.states[self._stream_of(event.belongs_to)]
        recorded = _readable(self._recorded(event, told, state.version + 1))
        state.apply(recorded)
        self.events.append(recorded)

    def _recorded(self, event: Event, told: Told | None, version: int) -> Recorded:
        recorded_at, c, stream = self.tick(), self._context, self._stream_of(event.belongs_to)
        moment = recorded_at if c.origin == "live" else c.now
        assignment = self.states[self.stream].assignment(c.who, c.acting, c.now)
        named = assignment or not self.stream.startswith("project-")  # in a project a mere claim is no role
        return Recorded(
            id=self.new_id(recorded_at),
            log=self.log,
            stream=stream,
            version=version,
            event=event,
            time=told.time if told else moment,
            recorded_at=recorded_at,
            time_quality=told.quality if told else "exact",
            who=c.who,
            role=c.acting if named else None,
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
        raise Rejected(f"{recorded.event.kind} could not be read again as it is: {error}") from error
