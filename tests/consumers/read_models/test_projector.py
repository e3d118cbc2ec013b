"""A projector."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

import orjson
import psycopg
import pytest
from psycopg.sql import SQL

from consumers.event_log import LOG, Fork
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.reader import Reader, Watch
from consumers.read_models.stream_state import parked_in
from consumers.read_models.tables import Model, connect
from domain.codec import encode
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from projections import projections
from projections.projection import Projection, Rows
from tests.conftest import history
from tests.consumers.follower import Follower, follow, made
from tests.consumers.telling import Disturbed, Telling, by_fold, in_models
from tests.domain.openings import PROPOSED, classified
from tests.projections.histories import ENVISIONED, RISK, eventful

SECONDS = 60


@contextmanager
def running(follower: Follower) -> Generator[Thread]:
    stop = Event()
    thread = Thread(target=follower.following.run, args=(stop,), daemon=True)
    thread.start()
    yield thread
    stop.set()
    thread.join(SECONDS)
    assert not thread.is_alive()


def wait_until(log: Log, position: int) -> None:
    reader = Reader(log.conninfo, projections())
    watch = Watch(log.conninfo, reader)
    reached = watch.wait_until(position, SECONDS)
    watch.close()
    reader.close()
    assert reached, f"the read models are at {watch.position} after {SECONDS} s, and not at {position}"


@pytest.fixture
def disturbed(log: Log) -> Disturbed:
    return Disturbed(log)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_makes_what_a_fold_of_the_log_makes(
    log: Log, feed: LogFeed, telling: Telling, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.read_models.log_follower.MOST_AT_ONCE", size)
    projector = made(log, feed)
    telling.tell({"project-a": eventful(), "project-b": eventful(), "project-c": history(PROPOSED, ENVISIONED)})
    follow(projector)
    assert in_models(log.conninfo) == by_fold(log)
    assert projector.position == log.head().position
    projector.close()


def test_makes_the_same_with_room_for_hardly_a_stream(
    log: Log, feed: LogFeed, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.read_models.projector.KEPT_STREAMS", 1)
    monkeypatch.setattr("consumers.read_models.log_follower.MOST_AT_ONCE", 2)
    projector = made(log, feed)
    telling.tell({"project-a": eventful(), "project-b": eventful()})
    follow(projector)
    assert in_models(log.conninfo) == by_fold(log)
    projector.close()


def test_builds_what_is_not_there_yet_from_the_log(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({"project-a": eventful(), "project-b": eventful()})
    projector = made(log, feed)
    assert (projector.position, projector.step()) == (log.head().position, 0)
    assert in_models(log.conninfo) == by_fold(log)
    projector.close()


def test_goes_on_where_another_one_stopped(log: Log, feed: LogFeed, telling: Telling) -> None:
    first = made(log, feed)
    telling.tell({"project-a": eventful()[:10]})
    follow(first)
    first.close()
    rest = [telling.of_this_log(recorded, "project-a") for recorded in eventful()[10:]]
    telling.write(*rest)
    second = made(log, feed)
    follow(second)
    assert in_models(log.conninfo) == by_fold(log)
    second.close()


def test_takes_in_once_what_it_hears_twice(log: Log, disturbed: Disturbed, telling: Telling) -> None:
    disturbed.twice = set(range(100))
    projector = made(log, disturbed)
    telling.tell({"project-a": eventful(), "project-b": eventful()})
    follow(projector)
    assert in_models(log.conninfo) == by_fold(log)
    projector.close()


def test_reads_in_the_log_what_it_did_not_hear(log: Log, disturbed: Disturbed, telling: Telling) -> None:
    projector = made(log, disturbed)
    disturbed.left_out = {4, 7, 8, 9, 20}
    telling.tell({"project-a": eventful(), "project-b": eventful()})
    follow(projector)
    assert in_models(log.conninfo) == by_fold(log)
    projector.close()


def test_is_fenced_where_another_was_faster(log: Log, feed: LogFeed, telling: Telling) -> None:
    slow, fast = made(log, feed), made(log, feed)
    telling.tell({"project-a": eventful()})
    follow(fast)
    with pytest.raises(Fenced, match="another projector"):
        slow.step()
    assert in_models(log.conninfo) == by_fold(log)
    for projector in (slow, fast):
        projector.close()


def test_shares_the_work_with_others(log: Log, feed: LogFeed, telling: Telling) -> None:
    with running(made(log, feed)), running(made(log, feed)):
        telling.tell({"project-a": eventful(), "project-b": eventful()})
        wait_until(log, log.head().position)
    assert in_models(log.conninfo) == by_fold(log)


def test_stops_at_a_fork(log: Log, disturbed: Disturbed, telling: Telling) -> None:
    projector = made(log, disturbed)
    telling.tell({"project-a": history(PROPOSED, classified("major"))})
    follow(projector)
    other = telling.of_this_log(history(PROPOSED, classified("minor"))[1], "project-a")
    telling.tell({"project-b": history(PROPOSED)})
    position = log.head().position
    disturbed.instead[position] = LogEntry(position, "project-a", 2, other.event.kind, encode(other))
    with pytest.raises(Fork, match=r"project-a 2 is event .* find out which history is true"):
        projector.step()
    projector.close()


def test_stops_at_a_fork_that_shows_in_the_log_only(log: Log, disturbed: Disturbed, telling: Telling) -> None:
    projector = made(log, disturbed)
    told = history(PROPOSED, classified("major"), ENVISIONED)
    telling.tell({"project-a": told})
    other = telling.of_this_log(told[0], "project-a")
    first = log.head().position - 2
    disturbed.instead[first] = LogEntry(first, "project-a", 1, other.event.kind, encode(other))
    disturbed.left_out = {first + 1}
    with pytest.raises(Fork, match="project-a 1 is event"):
        projector.step()
    projector.close()


def test_stops_where_the_log_ends_before_what_was_read(log: Log, disturbed: Disturbed, telling: Telling) -> None:
    telling.tell({"project-a": eventful()})
    made(log, disturbed).close()
    disturbed.restored_to = 5
    with pytest.raises(Fork, match=r"ends at 5, and .* has read"):
        made(log, disturbed)


def test_stops_at_models_of_another_log(log: Log, feed: LogFeed) -> None:
    made(log, feed).close()
    with connect(log.conninfo) as connection:
        connection.execute("UPDATE models.progress SET log = 'other/1'")
    with pytest.raises(Fork, match="was made from other/1 and not from"):
        made(log, feed)


def test_stops_at_an_event_of_another_log(log: Log, feed: LogFeed, telling: Telling) -> None:
    projector = made(log, feed)
    telling.write(history(PROPOSED, stream="project-a")[0])
    with pytest.raises(Fork, match="is of log test and not of"):
        projector.step()
    projector.close()


def test_stops_at_what_a_newer_release_wrote(
    log: Log, feed: LogFeed, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    projector = Follower(log, feed)
    [proposed] = history(PROPOSED, stream="project-a")
    newer = orjson.loads(proposed.data) | {"type": "milepost.project.teleported.v1"}
    stop = Event()
    thread = Thread(target=projector.following.run, args=(stop,), daemon=True)
    with caplog.at_level(logging.CRITICAL):
        thread.start()
        telling.store(("project-a", 1, "project.teleported/1", orjson.dumps(newer)))
        thread.join(SECONDS)
    assert not thread.is_alive()
    said = projector.liveness().stopped
    assert said is not None
    assert "holds project.teleported/1: a newer release wrote it, upgrade to go on" in said
    assert said in caplog.text


def test_parks_what_it_cannot_read_while_the_others_go_on(log: Log, feed: LogFeed, telling: Telling) -> None:
    projector = made(log, feed)
    told = history(PROPOSED, classified("major"), ENVISIONED)
    telling.tell({"project-a": told[:1]})
    telling.store(("project-a", 2, "change.classified/1", b"{}"))
    telling.tell({"project-b": told})
    telling.write(telling.of_this_log(told[2], "project-a"))
    follow(projector)
    found = in_models(log.conninfo)
    assert {row["project"]: row["version"] for row in found["projects"]} == {"a": 1, "b": 3}
    trail = [row for row in found["audit_trail"] if row["stream"] == "project-a"]
    assert [row["version"] for row in trail] == [1, 2, 3]
    assert trail[1]["unreadable"].startswith("not an event of Milepost")
    with connect(log.conninfo) as connection:
        parked = [(one.model, one.stream, one.version, one.why[:22]) for one in parked_in(connection)]
    why = "not an event of Milepo"
    assert parked == [(name, "project-a", 2, why) for name in ("gates_v1_1", "phases_v1_1", "projects_v2_1")]
    assert projector.liveness().parked == 3
    projector.close()


def clumsy(of: Projection) -> Projection:
    """The same read model, but it stumbles over every classification."""

    def fold(rows: Rows, recorded: object) -> None:
        of.fold(rows, recorded)  # type: ignore[arg-type]  # whatever comes
        if getattr(recorded, "event", None).__class__.__name__ == "ChangeClassified":
            raise ZeroDivisionError("stumbled")

    return Projection(of.name, of.version, of.question, of.columns, fold, of.key, indexed=of.indexed)


def test_takes_up_again_what_it_parked_once_it_can(log: Log, feed: LogFeed, telling: Telling) -> None:
    able = [projection for projection in projections() if projection.name == "projects"]
    projector = made(log, feed, clumsy(able[0]))
    telling.tell({"project-a": eventful(), "project-b": history(PROPOSED)})
    follow(projector)
    assert {row["project"]: row["version"] for row in rows_of(log, able[0])} == {"a": 1, "b": 1}
    projector.close()
    better = made(log, feed, able[0])
    assert rows_of(log, able[0]) == by_fold(log)["projects"]
    assert better.liveness().parked == 0
    better.close()


def test_leaves_out_what_another_parked_before_it_got_the_place(log: Log, feed: LogFeed, telling: Telling) -> None:
    able = [projection for projection in projections() if projection.name == "projects"]
    stumbling, newer = made(log, feed, clumsy(able[0])), made(log, feed, able[0])
    told = [telling.of_this_log(recorded, "project-a") for recorded in eventful()]
    telling.write(*told[:10])
    follow(stumbling)
    telling.write(*told[10:])
    newer.projector.look_again(LOG.partition)
    follow(newer)
    assert [row["version"] for row in rows_of(log, able[0])] == [1]
    assert newer.liveness().parked == 1
    stumbling.close()
    newer.close()


def rows_of(log: Log, projection: Projection) -> list[dict[str, Any]]:
    with connect(log.conninfo) as connection:
        return connection.execute(SQL("SELECT * FROM {} ORDER BY stream").format(Model(projection).rows)).fetchall()


def test_says_how_far_behind_it_is(log: Log, feed: LogFeed, telling: Telling) -> None:
    projector = made(log, feed)
    telling.tell({"project-a": history(PROPOSED)})
    follow(projector)
    assert projector.liveness().events_behind == 0
    assert projector.liveness().seconds_behind == 0
    telling.tell({"project-b": history(PROPOSED, RISK, ENVISIONED)})
    liveness = projector.liveness()
    assert (liveness.events_behind, liveness.seconds_behind) == (3, 2 * 3600)
    projector.close()


def test_heals_when_the_database_comes_back(log: Log, feed: LogFeed, telling: Telling) -> None:
    with running(made(log, feed)):
        telling.tell({"project-a": eventful()})
        wait_until(log, log.head().position)
        with connect(log.conninfo) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
                " AND pid <> pg_backend_pid() AND datname = current_database()"
            )
        deadline = monotonic() + SECONDS
        while True:
            try:
                telling.tell({"project-b": eventful()})
                break
            except psycopg.OperationalError:
                assert monotonic() < deadline
        wait_until(log, log.head().position)
    assert in_models(log.conninfo) == by_fold(log)


def test_builds_again_what_somebody_threw_away(log: Log, feed: LogFeed, telling: Telling) -> None:
    with running(made(log, feed)):
        telling.tell({"project-a": eventful()})
        wait_until(log, log.head().position)
        with connect(log.conninfo) as connection:
            connection.execute("DROP TABLE models.gates_v1_1")
            connection.execute("DELETE FROM models.versions WHERE model = 'gates_v1'")
        telling.tell({"project-b": eventful()})
        wait_until(log, log.head().position)
    assert in_models(log.conninfo) == by_fold(log)
