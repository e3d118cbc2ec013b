"""Rebuilding read models: a new version of each, built beside the active one up to the log as it is now."""

from collections.abc import Iterable, Sequence
from functools import partial
from threading import Event

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import LOG, EventLog, LogSource
from consumers.read_models.build import Report, build
from consumers.read_models.build_state import BuildState, delete_states, insert_states, read_states
from consumers.read_models.checkpoint import Reflected
from consumers.read_models.checkpoint import begin as begin_progress
from consumers.read_models.tables import connect, index, prepare
from consumers.read_models.versions import begin, being_built, change, locked, promote, unbuilt
from projections.projection import Projection

_BUILDING = 0x6275696C
WAIT_SECONDS = 0.2


def rebuild(
    conninfo: str,
    source: LogSource,
    event_log: EventLog,
    projections: Iterable[Projection],
    report: Report | None = None,
    stop: Event | None = None,
    promoted: bool = False,
) -> int:
    """Build a new version of these read models from the log as it is now; the position up to which, 0 if stopped.

    An interrupted build goes on where it was. The new versions become ready, with `promoted` active. Raises
    `ConsumerStopped` as a projector does.
    """
    chosen, stop = list(projections), stop or Event()
    with connect(conninfo) as connection:
        wait_for_lock(connection, chosen, stop)
        states = begin_build(connection, source, event_log, chosen)
        if stop.is_set() or not _build_all(conninfo, source, event_log, states, report, stop):
            return 0
        finish_build(connection, source, states[0], promoted)
    return states[0].until


def build_missing(
    conninfo: str, source: LogSource, event_log: EventLog, projections: Iterable[Projection], stop: Event | None = None
) -> None:
    """Build those of these read models that have no active version; of several programs that ask, one builds."""
    chosen, stop = list(projections), stop or Event()
    with connect(conninfo) as connection:
        if not unbuilt(connection, chosen):
            return
        wait_for_lock(connection, chosen, stop)
        if missing := unbuilt(connection, chosen):
            states = begin_build(connection, source, event_log, missing)
            if not stop.is_set() and _build_all(conninfo, source, event_log, states, None, stop):
                finish_build(connection, source, states[0], promoted=True)


def _build_all(
    conninfo: str,
    source: LogSource,
    event_log: EventLog,
    states: Sequence[BuildState],
    report: Report | None,
    stop: Event,
) -> bool:
    """Build one range after the other; False where `stop` was set before the end."""
    done = {state.part: state.events for state in states}
    return all(
        build(conninfo, source.log, event_log, state, partial(_report, report, done, state.part), stop)
        for state in states
    )


def _report(report: Report | None, done: dict[int, int], part: int, events: int, until: int) -> None:
    done[part] = events
    if report:
        report(sum(done.values()), until)


def lock_builds(connection: Connection[DictRow], projections: Iterable[Projection]) -> bool:
    """Lock the builds of these read models until this connection ends; False where another program builds one."""
    tables = [projection.table for projection in projections]
    found = connection.execute(
        "SELECT bool_and(pg_try_advisory_lock(%s, hashtext(name))) AS ours FROM unnest(%s::text[]) AS name",
        (_BUILDING, tables),
    ).fetchone()
    if found and found["ours"]:
        return True
    connection.execute("SELECT pg_advisory_unlock_all()")
    return False


def wait_for_lock(connection: Connection[DictRow], projections: Sequence[Projection], stop: Event) -> None:
    """Lock the builds of these read models, waiting for other programs, or until `stop` is set."""
    while not stop.is_set() and not lock_builds(connection, projections):
        stop.wait(WAIT_SECONDS)


def begin_build(
    connection: Connection[DictRow],
    source: LogSource,
    event_log: EventLog,
    projections: Iterable[Projection],
    parts: int = 1,
) -> list[BuildState]:
    """The ranges of a build of exactly these read models: of the one that was interrupted, else of a new one."""
    prepare(connection)
    models = being_built(connection, projections)
    if states := read_states(connection, models, source):
        return states
    head, bounds = event_log.head(), event_log.split_streams(parts)
    with connection.transaction():
        begin(connection, models)
        insert_states(connection, models, source, head, bounds)
    return read_states(connection, models, source)


def finish_build(connection: Connection[DictRow], source: LogSource, state: BuildState, promoted: bool) -> None:
    """Index the rows of a build whose ranges are all written, and make it ready."""
    for model in state.models:
        index(connection, model)
    with connection.transaction():
        reflected = Reflected(state.until, delete_states(connection, state))
        begin_progress(connection, state.names, source, LOG.transport, {LOG.partition: state.until}, reflected)
        for model in state.models:
            locked(connection, model.projection)
            change(connection, model, "ready")
            if promoted:
                promote(connection, model.projection)
