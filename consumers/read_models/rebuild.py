"""Rebuilding read models: beside those that are read from, up to the log as it is now, until they stand ready."""

from collections.abc import Iterable, Sequence
from threading import Event
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import LOG, EventLog, LogSource
from consumers.read_models.build import Report, Standing, build
from consumers.read_models.checkpoint import Reflected
from consumers.read_models.checkpoint import begin as begin_progress
from consumers.read_models.tables import Model, connect, index, prepare
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
    """Build these read models from the log as it is now, beside those that are read from, until they stand ready.

    Up to which position; 0 where it was told to stop. What was interrupted goes on where it was. `promoted` has them
    read from at once. Raises `ConsumerStopped` as a projector does.
    """
    chosen, stop = list(projections), stop or Event()
    with connect(conninfo) as connection:
        wait_until_alone(connection, chosen, stop)
        standing = begun(connection, source, event_log, chosen)
        if stop.is_set() or not build(conninfo, source.log, event_log, standing, report, stop):
            return 0
        finish(connection, source, standing, promoted)
    return standing.until


def build_missing(
    conninfo: str, source: LogSource, event_log: EventLog, projections: Iterable[Projection], stop: Event | None = None
) -> None:
    """Build those of these read models that nothing can be read from yet; of several who ask for that, one does it."""
    chosen, stop = list(projections), stop or Event()
    with connect(conninfo) as connection:
        if not unbuilt(connection, chosen):
            return
        wait_until_alone(connection, chosen, stop)
        if missing := unbuilt(connection, chosen):
            standing = begun(connection, source, event_log, missing)
            if not stop.is_set() and build(conninfo, source.log, event_log, standing, stop=stop):
                finish(connection, source, standing, promoted=True)


def alone(connection: Connection[DictRow], projections: Iterable[Projection]) -> bool:
    """Whether nobody else builds any of these, and nobody can until this connection ends."""
    tables = [projection.table for projection in projections]
    found = connection.execute(
        "SELECT bool_and(pg_try_advisory_lock(%s, hashtext(name))) AS ours FROM unnest(%s::text[]) AS name",
        (_BUILDING, tables),
    ).fetchone()
    if found and found["ours"]:
        return True
    connection.execute("SELECT pg_advisory_unlock_all()")
    return False


def wait_until_alone(connection: Connection[DictRow], projections: Sequence[Projection], stop: Event) -> None:
    """Wait for whoever builds any of these, or until told to stop."""
    while not stop.is_set() and not alone(connection, projections):
        stop.wait(WAIT_SECONDS)


def begun(
    connection: Connection[DictRow],
    source: LogSource,
    event_log: EventLog,
    projections: Iterable[Projection],
    share: tuple[int, int] = (0, 1),
) -> Standing:
    """Where building stands: at the beginning, unless exactly these were being built from the same log."""
    prepare(connection)
    if standing := stood(connection, source, projections, share):
        return standing
    models, head = being_built(connection, projections), event_log.head()
    with connection.transaction():
        begin(connection, models)
        connection.cursor().executemany(
            "INSERT INTO models.building VALUES (%s, %s, %s, %s, %s, %s, 0, '', 0)",
            [
                (model.name, number, share[1], str(source), head.position, head.recorded_at)
                for model in models
                for number in range(share[1])
            ],
        )
    return Standing(models, head.position, 0, ("", 0), share)


def stood(
    connection: Connection[DictRow], source: LogSource, projections: Iterable[Projection], share: tuple[int, int]
) -> Standing | None:
    """Where building exactly these from this log stands; None where that was never begun, or others were since."""
    models = being_built(connection, projections)
    known = _known(connection, models, source, share[1])
    if not known:
        return None
    row = known[share[0]]
    return Standing(models, row["until"], row["events"], (row["stream"], row["version"]), share)


def shares_of(connection: Connection[DictRow], projections: Iterable[Projection], source: LogSource) -> int | None:
    """Into how many shares an interrupted building of exactly these was parted; None where there is none."""
    models = being_built(connection, projections)
    found = connection.execute(
        "SELECT DISTINCT shares FROM models.building WHERE model = ANY(%s)", ([model.name for model in models],)
    ).fetchall()
    counts = [row["shares"] for row in found]
    return counts[0] if len(counts) == 1 and _known(connection, models, source, counts[0]) else None


def _known(
    connection: Connection[DictRow], models: Sequence[Model], source: LogSource, shares: int
) -> dict[int, dict[str, Any]]:
    """How far each share of an earlier building is, where all of these models were built in it, from the same log."""
    names = [model.name for model in models]
    found = connection.execute(
        "SELECT DISTINCT share, until, events, stream, version FROM models.building"
        " WHERE model = ANY(%s) AND log = %s AND shares = %s",
        (names, str(source), shares),
    ).fetchall()
    count = connection.execute("SELECT count(*) AS n FROM models.building WHERE model = ANY(%s)", (names,)).fetchone()
    whole = len(found) == shares and count is not None and count["n"] == len(models) * shares
    return {row["share"]: row for row in found} if whole else {}


def finish(connection: Connection[DictRow], source: LogSource, standing: Standing, promoted: bool) -> None:
    """Give the rows their indexes, and let them stand ready for being followed."""
    for model in standing.models:
        index(connection, model)
    names = [model.name for model in standing.models]
    with connection.transaction():
        at = connection.execute("SELECT at FROM models.building WHERE model = ANY(%s)", (names,)).fetchone()
        here = Reflected(standing.until, at["at"] if at else None)
        starts = {LOG.partition: standing.until}
        begin_progress(connection, names, source, LOG.transport, starts, here)
        connection.execute("DELETE FROM models.building WHERE model = ANY(%s)", (names,))
        for model in standing.models:
            locked(connection, model.projection)
            change(connection, model, "ready")
            if promoted:
                promote(connection, model.projection)
