"""The writer: one thread that carries out what many ask for, as many at once as there are, in one transaction."""

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
from milepost.log.command_batch import Answered, Deciding, policy_of
from milepost.log.command_outcome import Outcome, Request, Unavailable
from milepost.log.queries import select_outcomes, select_page, select_streams
from milepost.log.state_cache import KEPT_EVENTS, States
from milepost.log.store import Log
from milepost.log.stored_event import Head, Stored
from milepost.tracing.command_spans import Asking, tell_written

MOST_AT_ONCE = 256
MOST_WAITING = 10_000
MOST_FOLLOWED = 1_000
MANY, GATHERING_SECONDS = 16, 0.001
PATIENCE_SECONDS = 10.0
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _future() -> "Future[Outcome]":
    return Future()


@dataclass(slots=True)
class _Asked:
    """A request that waits, under the id that its outcome will have, and since when."""

    request: Request
    command: str
    digest: bytes
    since: float
    asking: Asking | None = None
    answer: "Future[Outcome]" = field(default_factory=_future)
    tried: bool = False
    result: Outcome | Exception | None = None

    @property
    def settles(self) -> bool:
        """Whether this may have been carried out before, so that its outcome is looked for."""
        return self.tried or self.request.command is not None

    def settle(self) -> None:
        if isinstance(self.result, Outcome):
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.result or Unavailable("the writer has stopped"))


class Writer:
    """Carries out requests one after the other, on the newest state, several in one transaction.

    There may be several writers, in several processes: the log's lock lets one at a time, and each reads first what the
    others wrote. `clock` gives the moment, `new_id` the id of an event.
    """

    def __init__(
        self,
        log: Log,
        clock: Callable[[], datetime] = machine.now,
        new_id: Callable[[datetime], str] = machine.new_id,
        patience: float = PATIENCE_SECONDS,
        room: int = KEPT_EVENTS,
    ) -> None:
        self._log, self._clock, self._new_id, self._patience = log, clock, new_id, patience
        self._id = log.identity().id
        self._states = States(self._read, room)
        self._head = Head(0, None)
        self._alone = False  # as far as we saw when we last looked
        self._connection: Connection[Any] | None = None
        self._queue: SimpleQueue[_Asked | None] = SimpleQueue()
        self._stopping, self._taking = Event(), Lock()
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, request: Request, asking: Asking | None = None) -> "Future[Outcome]":
        """Have this carried out; the future has the outcome once it is durable. `asking` is told what is traced of it.

        It raises `Conflict`, `KeyReused`, or `Unavailable` where what happened isn't known: ask again by the same id.
        """
        command = request.command or self._new_id(self._clock())
        if asking:
            asking.asks_for(self._id, request, command)
        asked = _Asked(request, command, request.digest, monotonic(), asking)
        with self._taking:  # so that nothing is put behind what ends it
            if self._stopping.is_set() or self._queue.qsize() > MOST_WAITING:
                raise Unavailable("the service stops" if self._stopping.is_set() else "too many commands are waiting")
            self._queue.put(asked)
        return asked.answer

    def execute(self, request: Request, timeout: float | None = None) -> Outcome:
        """Have this carried out, and wait for the outcome."""
        return self.submit(request).result(timeout)

    def close(self) -> None:
        """Carry out what has been asked for so far, then stop."""
        with self._taking:
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
            for _ in range(min(self._queue.qsize(), MOST_AT_ONCE - 1)):
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)  # last of all, as nothing is taken in any more
                    break
                batch.append(following)
            self._settle([asked for asked in batch if asked.answer.set_running_or_notify_cancel()])
            if len(batch) >= MANY:
                sleep(GATHERING_SECONDS)  # so that those answered ask again first: a fuller transaction costs less
        self._disconnect()

    def _settle(self, batch: list[_Asked]) -> None:
        """See that each is answered: by its outcome, its own fault, or that the log can't be reached."""
        pause = 0.02
        while batch:
            try:
                self._carry_out(batch)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._disconnect()
                if monotonic() + pause > batch[0].since + self._patience or self._stopping.is_set():
                    self._give_up(batch, Unavailable(f"the log can't be written to now: {_sentence(error)}"))
                    return
                Event().wait(pause)
                pause = min(pause * 2, 1.0)
            except Exception as error:
                self._disconnect()
                if len(batch) == 1:
                    self._give_up(batch, error)
                    return
                for asked in batch:  # one of them is at fault: the others needn't suffer for it
                    self._settle([asked])
                return
            else:
                for asked in batch:
                    asked.settle()
                return

    def _give_up(self, batch: Sequence[_Asked], error: Exception) -> None:
        for asked in batch:
            asked.result = error
            asked.settle()

    def _carry_out(self, batch: Sequence[_Asked]) -> None:
        """One transaction: decide each request on the newest state, write all of it, and only then say so."""
        connection = self._connected()
        self._load(batch)
        with connection.cursor(binary=True) as cursor:
            deciding = self._at_once(connection, cursor, batch) or self._in_order(connection, cursor, batch)
        self._head = Head(deciding.position, deciding.last if deciding.events else self._head.recorded_at)
        self._states.settle()
        if PROCESS.listener:
            tell_written(PROCESS.listener, self._id, batch, deciding.answers)

    def _at_once(
        self, connection: Connection[Any], cursor: psycopg.Cursor[Any], batch: Sequence[_Asked]
    ) -> Deciding | None:
        """Decide before the lock is taken, then lock and write in one round trip; None where that is not possible.

        The positions prove that the decision holds: if another writer wrote anything since the last read, it has taken
        the next position. Then nothing is written here, and the batch is decided again under the lock.
        """
        if not self._alone or any(asked.settles for asked in batch):
            return None
        deciding = self._decided(batch, {})
        if not deciding.events:
            return None
        try:
            with connection.pipeline():
                self._log.store.begin(cursor)
                self._write(cursor, batch, deciding)
        except psycopg.errors.UniqueViolation:
            cursor.execute("ROLLBACK")
            self._states.forget()
            return None
        return deciding

    def _in_order(self, connection: Connection[Any], cursor: psycopg.Cursor[Any], batch: Sequence[_Asked]) -> Deciding:
        """Lock, read what others have written, decide, write."""
        deciding = self._decided(batch, self._begin(connection, cursor, batch))
        if deciding.answers:
            with connection.pipeline():
                self._write(cursor, batch, deciding)
        else:
            cursor.execute("ROLLBACK")
        return deciding

    def _begin(self, connection: Connection[Any], cursor: psycopg.Cursor[Any], batch: Sequence[_Asked]) -> Answered:
        asked = [(one.request.who, one.command) for one in batch if one.settles]
        with connection.pipeline(), connection.cursor(binary=True) as second:
            self._log.store.begin(cursor)
            if asked:
                select_outcomes(second, asked)
            select_page(cursor, self._head.position, MOST_FOLLOWED)
            followed = [Stored(*row) for row in cursor.fetchall()]
            known = {(a, c): (d, o) for d, o, a, c in second.fetchall()} if asked else {}
        self._alone = not followed
        self._follow(followed, batch)
        return known

    def _load(self, batch: Sequence[_Asked]) -> None:
        """Fold every stream that a decision reads: the stream of each request, then the stream of its policy."""
        requests = [asked.request for asked in batch]
        self._states.load(request.stream for request in requests)
        policies = {policy_of(request, self._states[request.stream]) for request in requests}
        self._states.load(f"policy-{name}" for name in sorted(policies))

    def _follow(self, followed: Sequence[Stored], batch: Sequence[_Asked]) -> None:
        if len(followed) == MOST_FOLLOWED:
            self._states.forget()
            self._load(batch)
            self._head = self._log.sound_head()
        elif followed:
            self._states.follow(followed)
            self._head = Head.of(followed[-1])

    def _decided(self, batch: Sequence[_Asked], known: Answered) -> Deciding:
        last = self._head.recorded_at or _BEGINNING
        deciding = Deciding(self._id, self._states, self._clock, self._new_id, self._head.position, last, known)
        for asked in batch:
            self._decide(deciding, asked)
        return deciding

    def _decide(self, deciding: Deciding, asked: _Asked) -> None:
        try:
            asked.result = deciding.answer(asked.request, asked.command, asked.digest)
        except psycopg.Error:
            raise
        except Exception as error:
            asked.result = error

    def _read(self, streams: Sequence[str]) -> list[Stored]:
        with self._connected().cursor(binary=True) as cursor:
            return select_streams(cursor, streams)

    def _write(self, cursor: psycopg.Cursor[Any], batch: Sequence[_Asked], deciding: Deciding) -> None:
        for asked in batch:
            asked.tried = True
        self._log.store.write(cursor, deciding.events, deciding.answers)
        self._log.store.commit(cursor)

    def _connected(self) -> Connection[Any]:
        if self._connection is None:
            self._connection = self._log.connect(idle_in_transaction_session_timeout="30s", synchronous_commit="on")
            self._states.forget()
            self._head = self._log.sound_head()
        return self._connection

    def _disconnect(self) -> None:
        self._states.forget()
        self._alone = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
