"""Rebuilding in parallel: each share of the streams in a process of its own, so that all cores build."""

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
from consumers.read_models.build import Report, Standing, build
from consumers.read_models.rebuild import alone, begun, finish, shares_of, stood
from consumers.read_models.tables import connect, prepare
from projections import projections
from projections.projection import Projection

_SHARE = 0x73686172
LOOK_SECONDS = 0.2
Opener = Callable[[], AbstractContextManager[EventLog]]
"""Opens the log in whatever process it is called, so it must be one that can be sent there."""


class BeingBuilt(Exception):
    """Another program is at it. Says what to do."""


@dataclass(frozen=True)
class Task:
    """What is to be built, wherever that is done: where, from which log, and which read models by name."""

    conninfo: str
    source: LogSource
    opener: Opener
    names: tuple[str, ...]

    @property
    def projections(self) -> list[Projection]:
        return [projection for projection in projections() if projection.name in self.names]


def rebuild_in_parallel(task: Task, workers: int, report: Report | None = None, promoted: bool = False) -> int:
    """Build read models anew as `rebuild` does, by so many processes; up to which position.

    What was interrupted goes on, in as many shares as it had. Raises `BeingBuilt`, `Fenced`, and `ConsumerStopped` as a
    projector does.
    """
    with connect(task.conninfo) as connection:
        prepare(connection)
        if not alone(connection, task.projections):
            raise BeingBuilt("another program builds some of these: wait for it, or stop it")
        shares = shares_of(connection, task.projections, task.source) or workers
        with task.opener() as event_log:
            standing = begun(connection, task.source, event_log, task.projections, (0, shares))
        with _Workers(task, shares) as working:
            while working.are_busy():
                _tell(connection, standing, report)
        _tell(connection, standing, report)
        finish(connection, task.source, standing, promoted)
    return standing.until


def _tell(connection: Connection[DictRow], standing: Standing, report: Report | None) -> None:
    row = connection.execute(
        "SELECT sum(events)::bigint AS events FROM models.building WHERE model = %s", (standing.models[0].name,)
    ).fetchone()
    if report and row:
        report(row["events"] or 0, standing.until)


class _Workers:
    """Processes, one a share; they end with whoever waits for them, however that ends."""

    def __init__(self, task: Task, shares: int) -> None:
        context = get_context("spawn")
        self._workers: list[tuple[SpawnProcess, Pipe]] = []
        for number in range(shares):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(task, (number, shares), theirs), daemon=True)
            self._workers.append((process, ours))
        self._busy = list(self._workers)

    def __enter__(self) -> "_Workers":
        for process, _ in self._workers:
            process.start()
        return self

    def are_busy(self) -> bool:
        """Whether any is, after a moment: until each has said that it is done. Raises what one of them failed with."""
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
            f"a process that built died with code {process.exitcode}: say it again, and it goes on from there"
        ) from None
    if fault:
        raise fault


def _work(task: Task, share: tuple[int, int], pipe: Pipe) -> None:
    """What a worker does: build its share, unless whoever began it is gone, and say how that ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal asks all of us; who began us tells us
    stop = Event()
    Thread(target=_listen, args=(pipe, stop), daemon=True).start()
    fault: Exception | None = None
    try:
        with task.opener() as event_log, connect(task.conninfo) as connection:
            _wait_for_predecessor(connection, task, share)
            standing = stood(connection, task.source, task.projections, share)
            if standing is None:  # who began us is gone
                raise Fenced("another program has begun other read models meanwhile: say it again")
            build(task.conninfo, task.source.log, event_log, standing, stop=stop)
    except Exception as error:  # whatever it is, who began us raises it
        fault = error
    with suppress(OSError):  # nobody listens any more
        pipe.send(fault)


def _listen(pipe: Pipe, stop: Event) -> None:
    try:
        pipe.poll(None)
    finally:
        stop.set()


def _wait_for_predecessor(connection: Connection[DictRow], task: Task, share: tuple[int, int]) -> None:
    """One that was left behind may still write its last page; until this connection ends the share is ours."""
    key = f"{','.join(task.names)} {share}"
    connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (_SHARE, key))
