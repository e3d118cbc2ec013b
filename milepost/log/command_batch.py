"""Deciding: each request of a transaction on the newest state, and what it writes and is answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.codec import TooLarge
from domain.command import CommandContext, Refused, Rejected
from domain.command_execution import CommandExecution
from domain.event import Recorded
from domain.policy.policy import Policy
from domain.policy.rulebook import Rulebook
from domain.policy_changes.adoption import AdoptPolicy, ProposePolicy
from domain.streams import StreamState
from milepost.log.command_outcome import (
    DEFAULT_POLICY,
    Conflict,
    KeyReused,
    Outcome,
    Request,
    Status,
    Unavailable,
    Written,
)
from milepost.log.state_cache import States
from milepost.log.stored_event import Stored

_TICK = timedelta(microseconds=1)
MOST_BEHIND = timedelta(seconds=5)


class Answer(NamedTuple):
    """An outcome as it is stored: under whose id of a command, for which digest of what was asked, as which bytes."""

    who: str
    command: str
    digest: bytes
    outcome: bytes
    position: int


Answered = dict[tuple[str, str], tuple[bytes, bytes]]
"""Digest and outcome of commands that were carried out before, by actor and command id."""


@dataclass
class Deciding:
    """One transaction's decisions: begin behind the last position and moment of the log, gather events and answers."""

    log: str
    states: States
    clock: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    position: int
    last: datetime
    answered: Answered = field(default_factory=Answered)
    events: list[Stored] = field(default_factory=list[Stored])
    answers: list[Answer] = field(default_factory=list[Answer])

    def answer(self, request: Request, command: str, digest: bytes) -> Outcome:
        """What this request is answered, now or once before.

        Raises `KeyReused`, `Conflict` or `Unavailable`, and what a fault in a command raises; then nothing is written.
        """
        known = self.answered.get((request.who, command))
        if known is not None:
            if known[0] != digest:
                raise KeyReused(f"{command} was the id of another command: take a new id for a new wish")
            return Outcome.decode(known[1])
        now = self._now()
        found = self.states[request.stream].version
        if not request.expected.holds(found):
            raise Conflict(request.stream, request.expected, found)
        outcome = self._outcome(request, command, now)
        encoded = outcome.encode()
        self.answered[request.who, command] = digest, encoded
        self.answers.append(Answer(request.who, command, digest, encoded, self.position))
        return outcome

    def _now(self) -> datetime:
        now = self.clock()
        if now < self.last - MOST_BEHIND:
            behind = (self.last - now).total_seconds()
            raise Unavailable(
                f"the clock of this machine is {behind:.1f} s behind the last event: set it right, then write"
            )
        self.last = max(now, self.last + _TICK)
        return self.last

    def _tick(self) -> datetime:
        self.last = max(self.clock(), self.last + _TICK)
        return self.last

    def _outcome(self, request: Request, command: str, now: datetime) -> Outcome:
        execution: CommandExecution | None = None
        try:
            self._demand_origin(request, request.stream)
            execution = self._execution(request, command, now)
            events = execution.carry_out(request.commands)
            self._demand_origin(request, *(event.stream for event in events if event.stream != request.stream))
        except Refused as refused:
            self._undo(execution)
            return self._refused(request, command, now, refused)
        except (Rejected, TooLarge) as rejected:
            self._undo(execution)
            return self._answered("rejected", request, command, str(rejected))
        except Exception:
            self.states.drop(request.stream, *(execution.states if execution else ()))
            raise
        return self._accepted("accepted", request, command, events)

    def _undo(self, execution: CommandExecution | None) -> None:
        if execution and execution.events:
            self.states.drop(*execution.states)

    def _refused(self, request: Request, command: str, now: datetime, refused: Refused) -> Outcome:
        results = tuple(refused.record.event.model_dump(mode="json", exclude_none=True).get("results", ()))
        if refused.repeated:
            return self._answered("refused", request, command, str(refused), results)
        execution = self._execution(request, command, now)
        try:
            execution.write(refused.record)
        except Exception:  # the command itself called the review, and that is undone: the refusal has no place
            self.states.drop(*execution.states)
            return self._answered("refused", request, command, str(refused), results)
        return self._accepted("refused", request, command, execution.events, str(refused), results)

    def _execution(self, request: Request, command: str, now: datetime) -> CommandExecution:
        policy, rulebook = self._rules(request)
        states: dict[str, StreamState] = {f"policy-{policy.name}": rulebook}
        states[request.stream] = self.states[request.stream]
        context = CommandContext(
            who=request.who,
            now=request.at or now,
            policy=policy,
            rulebook=rulebook,
            role=request.role,
            auth=request.auth,
            origin=request.origin,
        )
        return CommandExecution(
            log=self.log,
            stream=request.stream,
            states=states,
            context=context,
            command=command,
            correlation=request.correlation or command,
            tick=self._tick,
            new_id=self.new_id,
            causation=request.causation,
        )

    def _rules(self, request: Request) -> tuple[Policy, Rulebook]:
        """The policy that a stream is held to, and the rulebook that holds it. Raises `Rejected`."""
        state = self.states[request.stream]
        if isinstance(state, Rulebook):
            _named_alike(request, request.stream.partition("-")[2])
        label, name = state.held_to, policy_of(request, state)
        rulebook = self.states.rulebook(name)
        if (label or rulebook.current) not in rulebook.policies:
            raise Rejected(f"no policy called {name} is in force: adopt it first")
        return rulebook.policy(label), rulebook

    def _demand_origin(self, request: Request, *streams: str) -> None:
        for stream in streams:
            origin = self.states.known(stream).origin
            if origin not in (None, request.origin):
                raise Rejected(
                    f"{stream} is {origin} and this is {request.origin}: origins never mix, take another stream"
                )

    def _accepted(
        self,
        status: Status,
        request: Request,
        command: str,
        events: list[Recorded],
        sentence: str | None = None,
        results: tuple[dict[str, Any], ...] = (),
    ) -> Outcome:
        for recorded in events:
            self.position += 1
            self.events.append(
                Stored(self.position, recorded.stream, recorded.version, recorded.event.kind, recorded.data)
            )
        self.states.written(events)
        written = tuple(Written(r.id, r.event.kind, r.stream, r.version) for r in events)
        return self._answered(status, request, command, sentence, results, written)

    def _answered(
        self,
        status: Status,
        request: Request,
        command: str,
        sentence: str | None = None,
        results: tuple[dict[str, Any], ...] = (),
        written: tuple[Written, ...] = (),
    ) -> Outcome:
        version = self.states[request.stream].version
        return Outcome(status, command, request.stream, version, self.position, sentence, written, results)


def policy_of(request: Request, state: StreamState) -> str:
    """The name of the policy that a request is decided under, given the state of its stream."""
    if isinstance(state, Rulebook):
        return request.stream.partition("-")[2] if state.current else DEFAULT_POLICY
    return state.held_to.rpartition("/")[0] if state.held_to else request.policy


def _named_alike(request: Request, key: str) -> None:
    """A policy stands in the stream of its own name, as a project looks for it there."""
    for command in request.commands:
        if isinstance(command, AdoptPolicy | ProposePolicy) and command.policy.name != key:
            raise Rejected(f"policy.name: this is the stream of {key}, {command.policy.name} has one of its own")
