"""Versions of a read model."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.read_models.rebuild import begin_build, rebuild
from consumers.read_models.tables import Model, connect
from consumers.read_models.versions import Unchanged, Version, promote, roll_back, versions_of
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from projections.projection import Projection
from tests.consumers.follower import follow, made
from tests.consumers.telling import Telling, by_fold, in_models, rows_of
from tests.projections.histories import eventful
from tests.waiting import until

[PROJECTS] = [projection for projection in projections() if projection.name == "projects"]


def states(connection: Connection[DictRow], projection: Projection = PROJECTS) -> list[tuple[int, str]]:
    return [(model.number, state) for model, state in versions_of(connection, [projection])]


def test_stand_ready_beside_what_is_read_from_and_are_followed_too(log: Log, feed: LogFeed, telling: Telling) -> None:
    made(log, feed).close()
    telling.tell({"project-a": eventful()[:9]})
    rebuild(log.conninfo, feed.source, feed, [PROJECTS])
    follower = made(log, feed)
    telling.tell({"project-b": eventful()})
    follow(follower)
    follower.close()
    with connect(log.conninfo) as connection:
        assert versions_of(connection, [PROJECTS]) == [
            Version(Model(PROJECTS, 1), "active"),
            Version(Model(PROJECTS, 2), "ready"),
        ]
        assert rows_of(connection, Model(PROJECTS, 1)) == rows_of(connection, Model(PROJECTS, 2))
    assert in_models(log.conninfo) == by_fold(log)


def test_are_read_from_once_promoted_and_no_more_once_rolled_back(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    rebuild(log.conninfo, feed.source, feed, [PROJECTS])
    with connect(log.conninfo) as connection:
        assert promote(connection, PROJECTS) == Model(PROJECTS, 2)
        assert states(connection) == [(1, "left"), (2, "active")]
        assert roll_back(connection, PROJECTS) == Model(PROJECTS, 1)
        assert states(connection) == [(1, "active"), (2, "ready")]
        assert promote(connection, PROJECTS) == Model(PROJECTS, 2)


def test_go_when_a_later_one_is_left(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    for _ in range(2):
        rebuild(log.conninfo, feed.source, feed, [PROJECTS], promoted=True)
    with connect(log.conninfo) as connection:
        assert states(connection) == [(2, "left"), (3, "active")]
        tables = connection.execute("SELECT to_regclass('models.projects_v2_1') AS gone").fetchone()
    assert tables == {"gone": None}


def test_are_not_promoted_before_they_are_ready_nor_rolled_back_to_nothing(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    with connect(log.conninfo) as connection:
        with pytest.raises(Unchanged, match="nothing of projects stands ready: build it anew first"):
            promote(connection, PROJECTS)
        with pytest.raises(Unchanged, match="no earlier version of projects"):
            roll_back(connection, PROJECTS)
        assert states(connection) == [(1, "active")]


def test_are_not_taken_for_new_once_a_newer_one_is_promoted(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    for _ in range(2):
        rebuild(log.conninfo, feed.source, feed, [PROJECTS])
    with connect(log.conninfo) as connection:
        assert states(connection) == [(1, "active"), (2, "ready"), (3, "ready")]
        assert promote(connection, PROJECTS) == Model(PROJECTS, 3)
        with pytest.raises(Unchanged, match="nothing of projects stands ready"):
            promote(connection, PROJECTS)
        assert states(connection) == [(1, "left"), (3, "active")]


def test_go_only_when_what_a_projector_writes_there_is_written(log: Log, feed: LogFeed, telling: Telling) -> None:
    made(log, feed).close()
    rebuild(log.conninfo, feed.source, feed, [PROJECTS], promoted=True)
    rebuild(log.conninfo, feed.source, feed, [PROJECTS])
    follower = made(log, feed, PROJECTS)
    telling.tell({"project-a": eventful()})
    with connect(log.conninfo) as connection, connect(log.conninfo) as other, ThreadPoolExecutor(2) as pool:
        with other.transaction():
            other.execute("LOCK TABLE models.projects_v2_1_streams IN SHARE MODE")
            step = pool.submit(follower.step)
            until(lambda: waiting(connection) == 1, "the projector has moved, and waits to write rows")
            promoting = pool.submit(promoted, log)
            until(lambda: waiting(connection) == 2, "who promotes waits too")
        assert step.result() == len(eventful())
        assert promoting.result() == Model(PROJECTS, 3)
        assert states(connection) == [(2, "left"), (3, "active")]
    follower.close()


def test_that_becomes_ready_waits_for_who_promotes_another(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    rebuild(log.conninfo, feed.source, feed, [PROJECTS])
    with connect(log.conninfo) as connection, connect(log.conninfo) as other, ThreadPoolExecutor(2) as pool:
        begin_build(connection, feed.source, feed, [PROJECTS])
        with other.transaction():
            other.execute("SELECT FROM models.versions WHERE (model, number) = (%s, 1) FOR UPDATE", (PROJECTS.table,))
            promoting = pool.submit(promoted, log)
            until(lambda: waiting(connection) == 1, "who promotes waits")
            rebuilding = pool.submit(rebuild, log.conninfo, feed.source, feed, [PROJECTS], promoted=True)
            until(lambda: waiting(connection) == 2, "who builds waits too")
        assert promoting.result() == Model(PROJECTS, 2)
        assert rebuilding.result() == log.head().position
        assert states(connection) == [(2, "left"), (3, "active")]


def promoted(log: Log) -> Model:
    with connect(log.conninfo) as connection:
        return promote(connection, PROJECTS)


def waiting(connection: Connection[DictRow]) -> int:
    """How many wait for a lock in this database."""
    found = connection.execute(
        "SELECT count(DISTINCT pid) AS n FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"
    ).fetchone()
    assert found
    return int(found["n"])
