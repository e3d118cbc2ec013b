"""Where read models are kept."""

from consumers.read_models.tables import connect, prepare
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.consumers.follower import made
from tests.consumers.telling import Telling, by_fold, in_models
from tests.projections.histories import eventful

TABLE = "SELECT 'models.quarantined'::regclass::oid AS oid, obj_description('models.quarantined'::regclass) AS told"


def test_are_built_anew_where_an_older_release_kept_them_otherwise(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({"project-a": eventful()})
    made(log, feed).close()
    with connect(log.conninfo) as connection:
        connection.execute("ALTER TABLE models.progress RENAME COLUMN log TO source")
    made(log, feed).close()
    assert in_models(log.conninfo) == by_fold(log)


def test_are_left_alone_where_they_are_there(log: Log) -> None:
    with connect(log.conninfo) as connection:
        prepare(connection)
        connection.execute("COMMENT ON TABLE models.quarantined IS 'ours'")
        before = connection.execute(TABLE).fetchone()
        prepare(connection)
        assert connection.execute(TABLE).fetchone() == before
