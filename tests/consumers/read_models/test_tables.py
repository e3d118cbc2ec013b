"""The tables of read models."""

import pytest

from consumers.read_models.rebuild import rebuild
from consumers.read_models.tables import OtherRelease, connect, prepare
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.consumers.follower import made
from tests.consumers.telling import Telling, by_fold, in_models
from tests.projections.histories import eventful

TABLES = """
    SELECT oid::regclass::text AS name, relfilenode, pg_relation_size(oid) AS size FROM pg_class
    WHERE relnamespace = 'models'::regnamespace AND relkind = 'r' ORDER BY 1
    """
UNIQUE = """
    SELECT count(*) AS n FROM pg_indexes
    WHERE schemaname = 'models' AND indexdef LIKE 'CREATE UNIQUE%' AND tablename ~ '_v[0-9]+_1(_streams)?$'
    """


def test_tables_of_another_release_are_refused_and_stay_as_they_are(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({"project-a": eventful()})
    made(log, feed).close()
    with connect(log.conninfo) as connection:
        connection.execute("COMMENT ON TABLE models.versions IS 'Tables of revision 0.'")
        before = connection.execute(TABLES).fetchall()
        with pytest.raises(OtherRelease, match="another release: use that one, or let an operator drop the schema"):
            made(log, feed)
        assert connection.execute(TABLES).fetchall() == before
    assert in_models(log.conninfo) == by_fold(log)


def test_tables_that_exist_are_left_alone_at_a_start(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    with connect(log.conninfo) as connection:
        before = connection.execute(TABLES).fetchall()
        prepare(connection)
        made(log, feed).close()
        assert connection.execute(TABLES).fetchall() == before


def test_each_table_of_a_built_model_has_a_unique_key(log: Log, feed: LogFeed) -> None:
    rebuild(log.conninfo, feed.source, feed, projections())
    with connect(log.conninfo) as connection:
        assert connection.execute(UNIQUE).fetchone() == {"n": 2 * len(projections())}
