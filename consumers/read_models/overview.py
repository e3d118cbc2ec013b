"""Overview: every building of every read model, for whoever looks after them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.read_models.checkpoint import Reflected, reflected
from consumers.read_models.versions import versions_of
from projections.projection import Projection


class Building(NamedTuple):
    """One building of a read model, what it is for since when, up to where it reflects the log, what it left out."""

    projection: str
    model: str
    state: str
    since: datetime
    position: int
    at: datetime | None
    parked: int


def overview(connection: Connection[DictRow], projections: Iterable[Projection]) -> list[Building]:
    """All there are, by read model, the oldest first."""
    versions = versions_of(connection, projections)
    names = [one.model.name for one in versions]
    known = reflected(connection, names)
    more = {row["name"]: row for row in connection.execute(_MORE, (names,))}
    return [
        Building(
            one.model.projection.name,
            one.model.name,
            one.state,
            more[one.model.name]["since"],
            *known.get(one.model.name, Reflected(0, None)),
            more[one.model.name]["parked"],
        )
        for one in versions
    ]


_MORE = """
    SELECT name, since, (SELECT count(*) FROM models.parked AS p WHERE p.model = name) AS parked
    FROM models.versions, LATERAL (SELECT format('%%s_%%s', model, number) AS name) AS called WHERE name = ANY(%s)
    """
