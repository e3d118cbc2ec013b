"""Rebuilding in parallel: one process for each range of the streams, so that all cores build."""

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from threading import Event, Thread

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import ConsumerStopped, EventLog, LogSource
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.build import Report, build
from consumers.read_models.build_state import BuildState, count_events, read_states
from consumers.read_models.rebuild import begin_build, finish_build, lock_builds
from consumers.read_models.tables import connect, prepare
from consumers.read_models.versions import being_built
from projections import projections
from projections.projection import Projection

_PART = 0x73686172
LOOK_SECONDS = 0.2
Opener = Callable[[], AbstractContextManager[EventLog]]
"""Opens the log in the process that calls it; it is pickled for the workers."""


class BuildLocked(Exception):
    """Another program builds one of these read models. Says what to do."""


@dataclass(frozen=True)
class Task:
    """What is to be built: in which database, from which log, and which read models by name. Workers unpickle it."""

    conninfo: str
    source: LogSource
    opener: Opener
    names: tuple[str, ...]

    @property
    def projections(self) -> list[Projection]:
        return [projection for projection in projections() if projection.name in self.names]


def rebuild_in_parallel(task: Task, workers: int, report: Report | None = None, promoted: bool = False) -> int:
    """Build new versions as `rebuild` does, by so many processes; the position up to which.

    An interrupted build goes on in as many ranges as it had. Raises `BuildLocked`, `Fenced`, and `ConsumerStopped` as a
    projector does.
    """
    with connect(task.conninfo) as connection:
        prepare(connection)
        if not lock_builds(connection, task.projections):
            raise BuildLocked("another program builds some of these: wait for it, or stop it")
        with task.opener() as event_log:
            states = begin_build(connection, task.source, event_log, task.projections, workers)
        with _Workers(task, len(states)) as running:
            while running.are_busy():
                _report(connection, states[0], report)
        _report(connection, states[0], report)
        finish_build(connection, task.source, states[0], promoted)
    return states[0].until


def _report(connection: Connection[DictRow], state: BuildState, report: Report | None) -> None:
    if report:
        report(count_events(connection, state.models[0]), state.until)


class _Workers:
    """One process for each range of the streams. They end with the process that waits for them, however that ends."""

    def __init__(self, task: Task, parts: int) -> None:
        context = get_context("spawn")
        self._workers: list[tuple[SpawnProcess, Pipe]] = []
        for part in range(parts):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(task, (part, parts), theirs), daemon=True)
            self._workers.append((process, ours))
        self._busy = list(self._workers)

    def __enter__(self) -> "_Workers":
        for process, _ in self._workers:
            process.start()
        return self

    def are_busy(self) -> bool:
        """Wait a moment; whether a worker has not sent yet that it is done. Raises the exception that one sent."""
        for worker in list(self._busy):
            process, pipe = worker
            if pipe.poll(LOOK_SECONDS):
                _demand_done(process, pipe)
                self._busy.remove(worker)
        return bool(self._busy)

    def __exit__(self, *_: object) -> None:
        for process, pipe in self._workers:
            pipe.close()
            process.join()


def _demand_done(process: SpawnProcess, pipe: Pipe) -> None:
    try:
        fault: Exception | None = pipe.recv()
    except (EOFError, ConnectionResetError):
        process.join()
        raise ConsumerStopped(
            f"a worker of the build died with code {process.exitcode}: start it again, and it goes on from there"
        ) from None
    if fault:
        raise fault


def _work(task: Task, part_of: tuple[int, int], pipe: Pipe) -> None:
    """Build one range, unless the process that began the build is gone, and send how that ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal interrupts all processes; the parent ends this one
    stop, (part, parts) = Event(), part_of
    Thread(target=_wait_for_parent, args=(pipe, stop), daemon=True).start()
    fault: Exception | None = None
    try:
        with task.opener() as event_log, connect(task.conninfo) as connection:
            _lock_part(connection, task, part)
            states = read_states(connection, being_built(connection, task.projections), task.source)
            if len(states) != parts:  # the parent is gone, and another program has begun
                raise Fenced("another program has begun other read models meanwhile: start again")
            build(task.conninfo, task.source.log, event_log, states[part], stop=stop)
    except Exception as error:  # the parent raises it
        fault = error
    with suppress(OSError):  # the parent is gone
        pipe.send(fault)


def _wait_for_parent(pipe: Pipe, stop: Event) -> None:
    """Set `stop` when the parent's end of the pipe is closed."""
    try:
        pipe.poll(None)
    finally:
        stop.set()


def _lock_part(connection: Connection[DictRow], task: Task, part: int) -> None:
    """Lock a range until this connection ends: a worker of an earlier build may still write its last page."""
    key = f"{','.join(task.names)} {part}"
    connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (_PART, key))
