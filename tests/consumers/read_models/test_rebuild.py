"""Building read models anew."""

from collections.abc import Callable, Sequence
from threading import Event

import pytest

from consumers.read_models.batch_writer import Fenced
from consumers.read_models.rebuild import begin_build, rebuild
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from projections import projections
from tests.consumers.follower import made
from tests.consumers.telling import Telling, by_fold, in_models
from tests.projections.histories import eventful
from tests.waiting import until as wait_until

[PROJECTS] = [projection for projection in projections() if projection.name == "projects"]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.read_models.build.PAGE", 20)


def build(feed: LogFeed, log: Log, stop: Event | None = None) -> tuple[int, list[tuple[int, int]]]:
    reports: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        reports.append((done, total))
        if stop:
            stop.set()

    return rebuild(log.conninfo, feed.source, feed, projections(), report, stop, promoted=True), reports


def test_makes_what_a_fold_of_the_log_makes(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({f"project-{n}": eventful()[: 5 + 9 * n] for n in range(4)})
    until, reports = build(feed, log)
    assert until == log.head().position
    assert in_models(log.conninfo) == by_fold(log)
    assert reports[-1] == (until, until)
    assert reports == sorted(reports)
    assert len(reports) > 2


def test_of_an_empty_log_makes_empty_models(log: Log, feed: LogFeed) -> None:
    assert build(feed, log)[0] == 2
    assert in_models(log.conninfo) == by_fold(log)


def test_goes_on_where_it_was_interrupted(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({f"project-{n}": eventful() for n in range(4)})
    stop = Event()
    [interrupted] = build(feed, log, stop)[1]
    telling.tell({"project-later": eventful()})
    until, reports = build(feed, log)
    assert until == log.head().position - len(eventful())
    assert reports[0] > interrupted
    projector = made(log, feed)
    projector.step()
    assert in_models(log.conninfo) == by_fold(log)
    projector.close()


def test_takes_the_place_of_what_a_projector_follows(log: Log, feed: LogFeed, telling: Telling) -> None:
    projector = made(log, feed)
    telling.tell({"project-a": eventful()[:9]})
    projector.step()
    with connect(log.conninfo) as connection:
        connection.execute("DELETE FROM models.projects_v2_1")
    build(feed, log)
    assert in_models(log.conninfo) == by_fold(log)
    telling.tell({"project-a": eventful()[9:]})
    assert not projector.projector.is_current()
    projector.following.open()
    projector.step()
    assert in_models(log.conninfo) == by_fold(log)
    projector.close()


def test_parks_what_cannot_be_read(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({"project-a": eventful()[:3], "project-b": eventful()})
    telling.store(("project-a", 4, "risk.assessed/1", b"{}"))
    build(feed, log)
    found = in_models(log.conninfo)
    assert {row["project"]: row["version"] for row in found["projects"]} == {"a": 3, "b": len(eventful())}
    projector = made(log, feed)
    assert projector.liveness().parked == 3
    projector.close()


class Meanwhile(LogFeed):
    """A log that lets another program act before its third page is read."""

    def __init__(self, log: Log, meanwhile: Callable[[], object]) -> None:
        super().__init__(log)
        self._meanwhile, self._pages = meanwhile, 0

    def read_by_stream(self, after: tuple[str, int], limit: int, until: int, before: str | None) -> Sequence[LogEntry]:
        self._pages += 1
        if self._pages == 3:
            self._meanwhile()
        return super().read_by_stream(after, limit, until, before)


def test_writes_nothing_more_once_another_has_begun_it_anew(log: Log, feed: LogFeed, telling: Telling) -> None:
    telling.tell({f"project-{n}": eventful() for n in range(4)})

    def begin_anew() -> None:
        with connect(log.conninfo) as connection:
            wait_until(lambda: built(log) > 0, "the first page is written")
            begin_build(connection, feed.source, feed, projections())

    with pytest.raises(Fenced, match="another program"):
        rebuild(log.conninfo, feed.source, Meanwhile(log, begin_anew), [PROJECTS])
    assert built(log) == 0
    build(feed, log)
    assert in_models(log.conninfo) == by_fold(log)


def built(log: Log) -> int:
    with connect(log.conninfo) as connection:
        found = connection.execute("SELECT max(events) AS n FROM models.builds").fetchone()
    assert found
    return int(found["n"])
