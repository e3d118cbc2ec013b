"""Versions: which building of a read model is read from, which stands ready beside it, and the way back.

Each goes from `building` to `ready` to `active` to `left`; all but the first are followed, so that a change either way
is one transaction.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from consumers.read_models.tables import CHANNEL, Model, one_at_a_time, prepare
from projections.projection import Projection

FOLLOWED = ("ready", "active", "left")


class Unchanged(Exception):
    """There is no such version to change to. Says which there are."""


class Version(NamedTuple):
    """One building of a read model, and what it is for now."""

    model: Model
    state: str


def versions_of(connection: Connection[DictRow], projections: Iterable[Projection]) -> list[Version]:
    """Every building of these read models, the oldest first."""
    known = {projection.table: projection for projection in projections}
    found = connection.execute(
        "SELECT model, number, state FROM models.versions WHERE model = ANY(%s) ORDER BY 1, 2", (list(known),)
    )
    return [Version(Model(known[row["model"]], row["number"]), row["state"]) for row in found]


def followed(connection: Connection[DictRow], projections: Iterable[Projection]) -> list[Model]:
    """What projectors keep up with the log."""
    return [one.model for one in versions_of(connection, projections) if one.state in FOLLOWED]


def unbuilt(connection: Connection[DictRow], projections: Iterable[Projection]) -> list[Projection]:
    """The read models that nothing can be read from yet."""
    known = list(projections)
    active = {one.model.projection.name for one in versions_of(connection, known) if one.state == "active"}
    return [projection for projection in known if projection.name not in active]


def being_built(connection: Connection[DictRow], projections: Iterable[Projection]) -> list[Model]:
    """A building of each to go on with: the one that was begun, else a new one."""
    models: list[Model] = []
    for projection in projections:
        versions = versions_of(connection, [projection])
        begun = [one.model for one in versions if one.state == "building"]
        last = max((one.model.number for one in versions), default=0)
        models.append(begun[-1] if begun else Model(projection, last + 1))
    return models


def begin(connection: Connection[DictRow], models: Iterable[Model]) -> None:
    """Make room for these; within the caller's transaction."""
    made = list(models)
    one_at_a_time(connection)
    for model in made:
        discard(connection, model)
    prepare(connection, made)
    rows = [(model.projection.table, model.number) for model in made]
    connection.cursor().executemany("INSERT INTO models.versions VALUES (%s, %s, 'building')", rows)


def change(connection: Connection[Any], model: Model, state: str) -> None:
    connection.execute(
        "UPDATE models.versions SET state = %s, since = now() WHERE model = %s AND number = %s",
        (state, model.projection.table, model.number),
    )


def promote(connection: Connection[DictRow], projection: Projection) -> Model:
    """Read from the one that was made ready last; what was read from is left as the way back, and all others go."""
    with connection.transaction():
        versions = locked(connection, projection)
        ready = [one.model for one in versions if one.state == "ready"]
        if not ready:
            raise Unchanged(f"nothing of {projection.name} stands ready: build it anew first")
        for one in versions:
            if one.state == "left" or one.model in ready[:-1]:
                discard(connection, one.model)
        _exchange(connection, versions, ready[-1])
    return ready[-1]


def roll_back(connection: Connection[DictRow], projection: Projection) -> Model:
    """Read again from what was left; what is read from now stands ready."""
    with connection.transaction():
        versions = locked(connection, projection)
        left = [one.model for one in versions if one.state == "left"]
        if not left:
            raise Unchanged(f"there is no earlier version of {projection.name} to go back to")
        for one in versions:
            if one.state == "active":
                change(connection, one.model, "ready")
        _exchange(connection, [], left[-1])
    return left[-1]


def locked(connection: Connection[DictRow], projection: Projection) -> list[Version]:
    """Every building of a read model, which nobody else changes until this transaction ends."""
    connection.execute("SELECT FROM models.versions WHERE model = %s ORDER BY number FOR UPDATE", (projection.table,))
    return versions_of(connection, [projection])


def _exchange(connection: Connection[Any], versions: Iterable[Version], model: Model) -> None:
    for one in versions:
        if one.state == "active":
            change(connection, one.model, "left")
    change(connection, model, "active")
    connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def discard(connection: Connection[Any], model: Model) -> None:
    """Throw away all that is known of it, streams and rows, in the order in which projectors write them."""
    for table in ("progress", "parked", "builds"):
        connection.execute(SQL("DELETE FROM {} WHERE model = %s").format(Identifier("models", table)), (model.name,))
    connection.execute(SQL("DROP TABLE IF EXISTS {}, {}").format(model.streams, model.rows))
    connection.execute(
        "DELETE FROM models.versions WHERE model = %s AND number = %s", (model.projection.table, model.number)
    )
