"""Comparing two buildings of a read model."""

from consumers.read_models.compare import compare
from consumers.read_models.rebuild import rebuild
from consumers.read_models.tables import Model, connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.conftest import history
from tests.consumers.follower import follow, made
from tests.consumers.telling import Telling
from tests.domain.openings import PROPOSED, classified
from tests.projections.histories import eventful

[GATES] = [projection for projection in projections() if projection.name == "gates"]
ONE, OTHER = Model(GATES, 1), Model(GATES, 2)


def build(log: Log, feed: LogFeed, telling: Telling) -> None:
    """Gates of two projects, twice."""
    telling.tell({"project-a": eventful(), "project-b": eventful()})
    for promoted in (True, False):
        rebuild(log.conninfo, feed.source, feed, [GATES], promoted=promoted)


def test_finds_what_was_built_from_the_same_log_equal(log: Log, feed: LogFeed, telling: Telling) -> None:
    build(log, feed, telling)
    with connect(log.conninfo) as connection:
        found = compare(connection, ONE, OTHER)
    assert (found.equal, found.compared, found.left_out, found.first) == (True, 2, 0, [])


def test_tells_which_columns_of_which_row_differ(log: Log, feed: LogFeed, telling: Telling) -> None:
    build(log, feed, telling)
    with connect(log.conninfo) as connection:
        row = connection.execute("SELECT gate, attempt FROM models.gates_v1_1 WHERE stream = 'project-b'").fetchone()
        assert row
        connection.execute(
            "UPDATE models.gates_v1_2 SET project = 'x' WHERE stream = 'project-b' AND gate = %(gate)s", row
        )
        connection.execute("DELETE FROM models.gates_v1_1 WHERE stream = 'project-a' AND gate = %(gate)s", row)
        found = compare(connection, ONE, OTHER)
    assert (found.equal, found.streams) == (False, 2)
    changed = [one for one in found.first if one.stream == "project-b"]
    assert {one.key["gate"] for one in changed} == {row["gate"]}
    assert [(one.one, one.other) for one in changed] == [({"project": "b"}, {"project": "x"})] * len(changed)
    assert {one.one is None for one in found.first if one.stream == "project-a"} == {True}


def test_leaves_out_what_stands_at_another_version(log: Log, feed: LogFeed, telling: Telling) -> None:
    told = history(PROPOSED, classified("major"))
    telling.tell({"project-a": told[:1], "project-b": told[:1]})
    rebuild(log.conninfo, feed.source, feed, [GATES], promoted=True)
    projector = made(log, feed, GATES)
    rebuild(log.conninfo, feed.source, feed, [GATES])
    telling.write(telling.of_this_log(told[1], "project-a"))
    follow(projector)
    projector.close()
    with connect(log.conninfo) as connection:
        found = compare(connection, ONE, OTHER)
    assert (found.equal, found.compared, found.left_out) == (True, 1, 1)
