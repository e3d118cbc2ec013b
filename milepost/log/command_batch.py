"""The commands of one transaction: each is decided on the newest state and adds its events and its outcome."""

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
    CommandOutcome,
    CommandRequest,
    IdempotencyKeyReused,
    LogUnavailable,
    Status,
    VersionConflict,
    WrittenEvent,
)
from milepost.log.state_cache import StateCache
from milepost.log.stored_event import LogEntry

_TICK = timedelta(microseconds=1)
MAX_CLOCK_LAG = timedelta(seconds=5)


class StoredOutcome(NamedTuple):
    """A row of `log.outcomes`: actor, command id, digest of the request, encoded outcome, position of the log."""

    who: str
    command: str
    digest: bytes
    outcome: bytes
    position: int


KnownOutcomes = dict[tuple[str, str], tuple[bytes, bytes]]
"""Digest and encoded outcome of earlier commands, by actor and command id."""


@dataclass
class CommandBatch:
    """The decisions of one transaction.

    `position` and `last` are those of the log's last event and move with each new one. `events` and `outcomes` hold
    what is to be inserted.
    """

    log: str
    states: StateCache
    clock: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    position: int
    last: datetime
    known: KnownOutcomes = field(default_factory=KnownOutcomes)
    events: list[LogEntry] = field(default_factory=list[LogEntry])
    outcomes: list[StoredOutcome] = field(default_factory=list[StoredOutcome])

    def decide(self, request: CommandRequest, command: str, digest: bytes) -> CommandOutcome:
        """Decide a request, or repeat the outcome that it had before.

        Raises `IdempotencyKeyReused`, `VersionConflict` or `LogUnavailable`, and whatever a fault in a command raises;
        then the request writes nothing.
        """
        known = self.known.get((request.who, command))
        if known is not None:
            if known[0] != digest:
                raise IdempotencyKeyReused(f"{command} is the idempotency key of another command: use a new key")
            return CommandOutcome.decode(known[1])
        now = self._now()
        found = self.states[request.stream].version
        if not request.expected.holds(found):
            raise VersionConflict(request.stream, request.expected, found)
        outcome = self._outcome(request, command, now)
        encoded = outcome.encode()
        self.known[request.who, command] = digest, encoded
        self.outcomes.append(StoredOutcome(request.who, command, digest, encoded, self.position))
        return outcome

    def _now(self) -> datetime:
        now = self.clock()
        if now < self.last - MAX_CLOCK_LAG:
            lag = (self.last - now).total_seconds()
            raise LogUnavailable(
                f"the clock of this machine is {lag:.1f} s behind the last event: set the clock, then try again"
            )
        self.last = max(now, self.last + _TICK)
        return self.last

    def _tick(self) -> datetime:
        self.last = max(self.clock(), self.last + _TICK)
        return self.last

    def _outcome(self, request: CommandRequest, command: str, now: datetime) -> CommandOutcome:
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
            return self._build_outcome("rejected", request, command, str(rejected))
        except Exception:
            self.states.drop(request.stream, *(execution.states if execution else ()))
            raise
        return self._record("accepted", request, command, events)

    def _undo(self, execution: CommandExecution | None) -> None:
        if execution and execution.events:
            self.states.drop(*execution.states)

    def _refused(self, request: CommandRequest, command: str, now: datetime, refused: Refused) -> CommandOutcome:
        results = tuple(refused.record.event.model_dump(mode="json", exclude_none=True).get("results", ()))
        if refused.repeated:
            return self._build_outcome("refused", request, command, str(refused), results)
        execution = self._execution(request, command, now)
        try:
            execution.write(refused.record)
        except Exception:  # the command called the review itself, and that is rolled back: the refusal has no review
            self.states.drop(*execution.states)
            return self._build_outcome("refused", request, command, str(refused), results)
        return self._record("refused", request, command, execution.events, str(refused), results)

    def _execution(self, request: CommandRequest, command: str, now: datetime) -> CommandExecution:
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

    def _rules(self, request: CommandRequest) -> tuple[Policy, Rulebook]:
        """The policy that applies to a stream, and its rulebook. Raises `Rejected` where none is in force."""
        state = self.states[request.stream]
        if isinstance(state, Rulebook):
            _demand_own_stream(request, request.stream.partition("-")[2])
        label, name = state.held_to, policy_of(request, state)
        rulebook = self.states.rulebook(name)
        if (label or rulebook.current) not in rulebook.policies:
            raise Rejected(f"no policy {name} is in force: adopt one first (adopt-policy)")
        return rulebook.policy(label), rulebook

    def _demand_origin(self, request: CommandRequest, *streams: str) -> None:
        for stream in streams:
            origin = self.states.known(stream).origin
            if origin not in (None, request.origin):
                raise Rejected(f"{stream} has origin {origin}, and this command {request.origin}: use another stream")

    def _record(
        self,
        status: Status,
        request: CommandRequest,
        command: str,
        events: list[Recorded],
        sentence: str | None = None,
        results: tuple[dict[str, Any], ...] = (),
    ) -> CommandOutcome:
        for recorded in events:
            self.position += 1
            self.events.append(
                LogEntry(self.position, recorded.stream, recorded.version, recorded.event.kind, recorded.data)
            )
        self.states.written(events)
        written = tuple(WrittenEvent(r.id, r.event.kind, r.stream, r.version) for r in events)
        return self._build_outcome(status, request, command, sentence, results, written)

    def _build_outcome(
        self,
        status: Status,
        request: CommandRequest,
        command: str,
        sentence: str | None = None,
        results: tuple[dict[str, Any], ...] = (),
        written: tuple[WrittenEvent, ...] = (),
    ) -> CommandOutcome:
        version = self.states[request.stream].version
        return CommandOutcome(status, command, request.stream, version, self.position, sentence, written, results)


def policy_of(request: CommandRequest, state: StreamState) -> str:
    """The name of the policy that applies to a request, given the state of its stream."""
    if isinstance(state, Rulebook):
        return request.stream.partition("-")[2] if state.current else DEFAULT_POLICY
    return state.held_to.rpartition("/")[0] if state.held_to else request.policy


def _demand_own_stream(request: CommandRequest, key: str) -> None:
    """Raise `Rejected` for a policy in a stream of another name: projects look for it in its own."""
    for command in request.commands:
        if isinstance(command, AdoptPolicy | ProposePolicy) and command.policy.name != key:
            raise Rejected(
                f"policy.name: this is the stream of policy {key}: send {command.policy.name} to its own stream"
            )
