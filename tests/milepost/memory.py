"""A log in memory, with ids and moments that are the same each time: what decides is the service's own."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from itertools import count

from domain.codec import decode, written
from domain.event import Recorded
from domain.policy_changes.adoption import PolicyAdopted
from domain.state.project import Project
from milepost.log.command_batch import CommandBatch
from milepost.log.command_outcome import CommandOutcome, CommandRequest
from milepost.log.state_cache import StateCache
from milepost.log.stored_event import LogEntry
from milepost.policies import default_policy
from tests.conftest import LOG, START, event_id


class Memory:
    """Carries requests out one after the other; remembers what was asked and what was written."""

    def __init__(self) -> None:
        self._ids, self._ticks = count(2), count(1)
        self._first = _adopted()
        states = StateCache(self._read, room=10**9)
        self.requests: list[CommandRequest] = []
        self.deciding = CommandBatch(LOG, states, self._clock, lambda _: event_id(next(self._ids)), 1, START)

    def __call__(self, request: CommandRequest) -> "Future[CommandOutcome]":
        self.requests.append(request)
        answer: Future[CommandOutcome] = Future()
        answer.set_result(self.deciding.decide(request, f"c{len(self.requests)}", request.digest))
        return answer

    @property
    def lines(self) -> list[bytes]:
        """What was written, in its order."""
        return [stored.data for stored in self.deciding.events]

    @property
    def events(self) -> list[Recorded]:
        return [decode(line) for line in self.lines]

    def project(self, key: str) -> Project:
        """What is known of a project in the end."""
        state = self.deciding.states[f"project-{key}"]
        assert isinstance(state, Project)
        return state

    def _clock(self) -> datetime:
        return START + timedelta(microseconds=next(self._ticks))

    def _read(self, streams: Sequence[str]) -> list[LogEntry]:
        return [self._first] if self._first.stream in streams else []


def _adopted() -> LogEntry:
    """The default policy in force, as where a log is opened."""
    event = PolicyAdopted(policy=default_policy(), effective_from=START, proposed_by="system", approved_by=("system",))
    recorded = written(
        Recorded(
            id=event_id(1),
            log=LOG,
            stream="policy-default",
            version=1,
            event=event,
            time=START,
            recorded_at=START,
            who="system",
            command="opening",
            correlation="opening",
        )
    )
    return LogEntry(1, recorded.stream, 1, event.kind, recorded.data)
