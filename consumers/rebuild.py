"""Rebuilding read models: beside those that are read from, up to the log as it is now, until they stand ready."""

from collections.abc import Iterable, Sequence
from threading import Event
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.building import Report, Standing, build
from consumers.feed import LOG, Archive, Source
from consumers.models import Model, connect, index, prepare
from consumers.progress import Reflected
from consumers.progress import begin as begin_progress
from consumers.versions import begin, being_built, change, promote
from projections.projection import Projection


def rebuild(
    conninfo: str,
    source: Source,
    archive: Archive,
    projections: Iterable[Projection],
    report: Report | None = None,
    stop: Event | None = None,
    promoted: bool = False,
) -> int:
    """Build these read models from the log as it is now, beside those that are read from, until they stand ready.

    Up to which position; 0 where it was told to stop. What was interrupted goes on where it was. `promoted` has them
    read from at once. Raises `Stopped` as a projector does.
    """
    with connect(conninfo) as connection:
        standing = begun(connection, source, archive, projections)
    if not build(conninfo, source.log, archive, standing, report, stop):
        return 0
    with connect(conninfo) as connection:
        finish(connection, source, standing, promoted)
    return standing.until


def begun(
    connection: Connection[DictRow],
    source: Source,
    archive: Archive,
    projections: Iterable[Projection],
    share: tuple[int, int] = (0, 1),
) -> Standing:
    """Where building stands: at the beginning, unless exactly these were being built from the same log."""
    prepare(connection)
    models = being_built(connection, projections)
    known = _known(connection, models, source, share[1])
    if not known:
        head = archive.head()
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
    row = known[share[0]]
    return Standing(models, row["until"], row["events"], (row["stream"], row["version"]), share)


def _known(
    connection: Connection[DictRow], models: Sequence[Model], source: Source, shares: int
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


def finish(connection: Connection[DictRow], source: Source, standing: Standing, promoted: bool) -> None:
    """Give the rows their indexes, and let them stand ready for being followed."""
    for model in standing.models:
        index(connection, model)
    names = [model.name for model in standing.models]
    with connection.transaction():
        at = connection.execute("SELECT at FROM models.building WHERE model = ANY(%s)", (names,)).fetchone()
        here = Reflected(standing.until, at["at"] if at else None)
        starts = {LOG.partition: standing.until}
        begin_progress(connection, names, source, LOG.way, starts, here)
        connection.execute("DELETE FROM models.building WHERE model = ANY(%s)", (names,))
        for model in standing.models:
            change(connection, model, "ready")
            if promoted:
                promote(connection, model.projection)
