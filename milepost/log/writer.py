"""The writer: one thread that decides waiting commands in batches and commits each batch in one transaction."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import Connection

from consumers.tracing.spans import PROCESS
from milepost import clock as machine
from milepost.log.command_batch import CommandBatch, KnownOutcomes, policy_of
from milepost.log.command_outcome import CommandOutcome, CommandRequest, LogUnavailable
from milepost.log.sql import select_outcomes, select_page, select_streams
from milepost.log.state_cache import KEPT_EVENTS, StateCache
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry, LogHead
from milepost.tracing.command_spans import Asking, tell_written

MAX_BATCH = 256
MAX_WAITING = 10_000
MAX_FOLLOWED = 1_000
LINGER_FROM, LINGER_SECONDS = 16, 0.001
RETRY_SECONDS = 10.0
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _future() -> "Future[CommandOutcome]":
    return Future()


@dataclass(slots=True)
class _QueuedRequest:
    """A request in the queue, with its command id and when it was submitted (`monotonic`)."""

    request: CommandRequest
    command: str
    digest: bytes
    since: float
    asking: Asking | None = None
    answer: "Future[CommandOutcome]" = field(default_factory=_future)
    tried: bool = False
    result: CommandOutcome | Exception | None = None

    @property
    def settles(self) -> bool:
        """Whether an outcome of this request may be stored already."""
        return self.tried or self.request.command is not None

    def settle(self) -> None:
        if isinstance(self.result, CommandOutcome):
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.result or LogUnavailable("the writer has stopped"))


class Writer:
    """Decides requests in their order, on the newest state, and commits a batch of them in one transaction.

    Any number of writers may run, in any number of processes: the log's lock admits one at a time, and each reads first
    what the others wrote. `clock` gives the time, `new_id` the id of an event.
    """

    def __init__(
        self,
        log: Log,
        clock: Callable[[], datetime] = machine.now,
        new_id: Callable[[datetime], str] = machine.new_id,
        retry_seconds: float = RETRY_SECONDS,
        cache_events: int = KEPT_EVENTS,
    ) -> None:
        self._log, self._clock, self._new_id, self._retry_seconds = log, clock, new_id, retry_seconds
        self._log_id = log.identity().id
        self._states = StateCache(self._read, cache_events)
        self._head = LogHead(0, None)
        self._is_alone = False  # no other writer had written when the lock was last held
        self._connection: Connection[Any] | None = None
        self._queue: SimpleQueue[_QueuedRequest | None] = SimpleQueue()
        self._stopping, self._submitting = Event(), Lock()
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, request: CommandRequest, asking: Asking | None = None) -> "Future[CommandOutcome]":
        """Submit a request. Returns a future of its outcome, set once that is durable. `asking` collects the span.

        The future raises `VersionConflict`, `IdempotencyKeyReused`, or `LogUnavailable` where the outcome is unknown:
        retry with the same idempotency key.
        """
        command = request.command or self._new_id(self._clock())
        if asking:
            asking.asks_for(self._log_id, request, command)
        asked = _QueuedRequest(request, command, request.digest, monotonic(), asking)
        with self._submitting:  # so that nothing is queued after the end marker
            if self._stopping.is_set() or self._queue.qsize() > MAX_WAITING:
                raise LogUnavailable(
                    "the service is stopping"
                    if self._stopping.is_set()
                    else "too many commands are waiting: try again later"
                )
            self._queue.put(asked)
        return asked.answer

    def execute(self, request: CommandRequest, timeout: float | None = None) -> CommandOutcome:
        """Submit a request and wait for its outcome."""
        return self.submit(request).result(timeout)

    def close(self) -> None:
        """Complete the requests that are queued, then stop."""
        with self._submitting:
            if not self._stopping.is_set():
                self._stopping.set()
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            for _ in range(min(self._queue.qsize(), MAX_BATCH - 1)):
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)  # the end marker stays last, as no more requests are taken
                    break
                batch.append(following)
            self._settle([asked for asked in batch if asked.answer.set_running_or_notify_cancel()])
            if len(batch) >= LINGER_FROM:
                sleep(LINGER_SECONDS)  # callers that were answered submit again: a fuller batch costs less
        self._disconnect()

    def _settle(self, batch: list[_QueuedRequest]) -> None:
        """Settle every request: by its outcome, by its own error, or as unavailable where the log can't be reached."""
        pause = 0.02
        while batch:
            try:
                self._run_batch(batch)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._disconnect()
                if monotonic() + pause > batch[0].since + self._retry_seconds or self._stopping.is_set():
                    self._fail(batch, LogUnavailable(f"the log can't be written to now: {_one_line(error)}"))
                    return
                Event().wait(pause)
                pause = min(pause * 2, 1.0)
            except Exception as error:
                self._disconnect()
                if len(batch) == 1:
                    self._fail(batch, error)
                    return
                for asked in batch:  # one request fails: the others are tried without it
                    self._settle([asked])
                return
            else:
                for asked in batch:
                    asked.settle()
                return

    def _fail(self, batch: Sequence[_QueuedRequest], error: Exception) -> None:
        for asked in batch:
            asked.result = error
            asked.settle()

    def _run_batch(self, batch: Sequence[_QueuedRequest]) -> None:
        """Run one transaction: decide each request on the newest state, write all outcomes, commit."""
        connection = self._connect()
        self._load(batch)
        with connection.cursor(binary=True) as cursor:
            transaction = self._decide_before_lock(connection, cursor, batch) or self._decide_under_lock(
                connection, cursor, batch
            )
        self._head = LogHead(transaction.position, transaction.last if transaction.events else self._head.recorded_at)
        self._states.settle()
        if PROCESS.listener:
            tell_written(PROCESS.listener, self._log_id, batch, transaction.outcomes)

    def _decide_before_lock(
        self, connection: Connection[Any], cursor: psycopg.Cursor[Any], batch: Sequence[_QueuedRequest]
    ) -> CommandBatch | None:
        """Decide before taking the lock, then lock and write in one round trip. None where that is not possible.

        The positions prove that the decisions hold: whoever wrote since our last read took the next position.
        Then the insert fails, nothing is written, and the batch is decided again under the lock.
        """
        if not self._is_alone or any(asked.settles for asked in batch):
            return None
        transaction = self._decide_all(batch, {})
        if not transaction.events:
            return None
        try:
            with connection.pipeline():
                self._log.store.begin(cursor)
                self._write(cursor, batch, transaction)
        except psycopg.errors.UniqueViolation:
            cursor.execute("ROLLBACK")
            self._states.forget()
            return None
        return transaction

    def _decide_under_lock(
        self, connection: Connection[Any], cursor: psycopg.Cursor[Any], batch: Sequence[_QueuedRequest]
    ) -> CommandBatch:
        """Take the lock, read what other writers wrote, decide, write."""
        transaction = self._decide_all(batch, self._begin(connection, cursor, batch))
        if transaction.outcomes:
            with connection.pipeline():
                self._write(cursor, batch, transaction)
        else:
            cursor.execute("ROLLBACK")
        return transaction

    def _begin(
        self, connection: Connection[Any], cursor: psycopg.Cursor[Any], batch: Sequence[_QueuedRequest]
    ) -> KnownOutcomes:
        asked = [(one.request.who, one.command) for one in batch if one.settles]
        with connection.pipeline(), connection.cursor(binary=True) as second:
            self._log.store.begin(cursor)
            if asked:
                select_outcomes(second, asked)
            select_page(cursor, self._head.position, MAX_FOLLOWED)
            followed = [LogEntry(*row) for row in cursor.fetchall()]
            known = {(a, c): (d, o) for d, o, a, c in second.fetchall()} if asked else {}
        self._is_alone = not followed
        self._follow(followed, batch)
        return known

    def _load(self, batch: Sequence[_QueuedRequest]) -> None:
        """Load every stream that a decision reads: that of each request, then that of its policy."""
        requests = [asked.request for asked in batch]
        self._states.load(request.stream for request in requests)
        policies = {policy_of(request, self._states[request.stream]) for request in requests}
        self._states.load(f"policy-{name}" for name in sorted(policies))

    def _follow(self, followed: Sequence[LogEntry], batch: Sequence[_QueuedRequest]) -> None:
        if len(followed) == MAX_FOLLOWED:
            self._states.forget()
            self._load(batch)
            self._head = self._log.sound_head()
        elif followed:
            self._states.follow(followed)
            self._head = LogHead.of(followed[-1])

    def _decide_all(self, batch: Sequence[_QueuedRequest], known: KnownOutcomes) -> CommandBatch:
        last = self._head.recorded_at or _BEGINNING
        transaction = CommandBatch(
            self._log_id, self._states, self._clock, self._new_id, self._head.position, last, known
        )
        for asked in batch:
            self._decide(transaction, asked)
        return transaction

    def _decide(self, transaction: CommandBatch, asked: _QueuedRequest) -> None:
        try:
            asked.result = transaction.decide(asked.request, asked.command, asked.digest)
        except psycopg.Error:
            raise
        except Exception as error:
            asked.result = error

    def _read(self, streams: Sequence[str]) -> list[LogEntry]:
        with self._connect().cursor(binary=True) as cursor:
            return select_streams(cursor, streams)

    def _write(self, cursor: psycopg.Cursor[Any], batch: Sequence[_QueuedRequest], transaction: CommandBatch) -> None:
        for asked in batch:
            asked.tried = True
        self._log.store.write(cursor, transaction.events, transaction.outcomes)
        self._log.store.commit(cursor)

    def _connect(self) -> Connection[Any]:
        if self._connection is None:
            self._connection = self._log.connect(idle_in_transaction_session_timeout="30s", synchronous_commit="on")
            self._states.forget()
            self._head = self._log.sound_head()
        return self._connection

    def _disconnect(self) -> None:
        self._states.forget()
        self._is_alone = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
