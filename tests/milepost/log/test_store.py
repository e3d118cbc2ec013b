"""A log."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from domain.codec import decode
from domain.log_opened import LogOpened
from domain.policy_changes.adoption import PolicyAdopted
from milepost.log.migrate import UnsafeDatabase
from milepost.log.open_log import open_log
from milepost.log.store import FUNCTIONS, Log, LogNotOpened
from milepost.log.stored_event import LogHead
from milepost.log.writer import Writer
from milepost.policies import default_policy
from tests.milepost.logs import Database, assess, guarded, log, prepared, propose, writer

__all__ = ["guarded", "log", "prepared", "writer"]


def test_says_first_which_it_is(log: Log) -> None:
    first, second = log.events()
    opened = decode(first.data)
    assert isinstance(opened.event, LogOpened)
    assert (opened.event.log, opened.event.name) == (log.identity().id, "test/log") == (opened.log, log.identity().name)
    assert (opened.event.generation, opened.event.format, first.stream, first.position) == (1, 0, "log", 1)
    adopted = decode(second.data)
    assert isinstance(adopted.event, PolicyAdopted)
    assert (adopted.stream, adopted.who, adopted.event.policy) == ("policy-default", "system", default_policy())


def test_is_opened_once_however_many_try(prepared: Database) -> None:
    logs = [Log(prepared.application) for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        found = set(pool.map(open_log, logs, ["test/log"] * 4, [default_policy()] * 4))
    assert len(found) == 1
    assert logs[0].head().position == 2
    with pytest.raises(LogNotOpened, match="named test/log and not other/log"):
        open_log(logs[0], "other/log", default_policy())
    for opened in logs:
        opened.close()


def test_that_is_empty_has_no_identity(guarded: Database) -> None:
    log = Log(guarded.application)
    assert log.head() == LogHead(0, None)
    with pytest.raises(LogNotOpened, match="open it first"):
        log.identity()
    with pytest.raises(LogNotOpened, match="open it first"):
        Writer(log)
    log.close()


def test_log_of_another_revision_is_refused(guarded: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(guarded.application)
    monkeypatch.setattr("milepost.log.open_log.REVISION", 1)
    with pytest.raises(LogNotOpened, match="has revision 1 of the provisional format"):
        open_log(log, "test/log", default_policy())
    with pytest.raises(LogNotOpened, match="or a new database or data folder"):
        Writer(log)
    log.close()


def test_refuses_functions_that_lose_events(guarded: Database) -> None:
    with pytest.raises(UnsafeDatabase, match=FUNCTIONS):
        Log(guarded.application, {FUNCTIONS: "y"})


def test_refuses_more_rights_than_it_needs(guarded: Database) -> None:
    with pytest.raises(UnsafeDatabase, match="superuser"):
        Log(guarded.superuser)


def test_is_read_by_position_and_by_stream(log: Log, writer: Writer) -> None:
    writer.execute(propose("a"))
    for name in "xyz":
        writer.execute(assess("a", name))
    assert [stored.position for stored in log.events(batch=2)] == [1, 2, 3, 4, 5, 6]
    assert [stored.position for stored in log.events(after=2, until=4, batch=1)] == [3, 4]
    assert [stored.position for stored in log.read_page(3, 2)] == [4, 5]
    assert {stored.position for stored in log.read_positions([5, 2, 7])} == {2, 5}
    assert [stored.position for stored in log.read_filtered(2, 6, 2, "project-a", ["risk.assessed/1"])] == [4, 5]
    assert [stored.position for stored in log.read_filtered(0, 5, 9, "project-a")] == [3, 4, 5]
    assert [stored.position for stored in log.read_filtered(4, 6, 9, kinds=["project.proposed/1"])] == []
    assert [stored.position for stored in log.read_by_stream(("project-a", 1), 2, 6, None)] == [4, 5]
    assert [stored.position for stored in log.read_by_stream(("", 0), 9, 6, "project-a")] == [1, 2]
    assert [log.split_streams(1), log.split_streams(2)] == [[], ["project-a"]]
    assert log.position() == 6
    assert [recorded.version for recorded in log.stream("project-a", after=2)] == [3, 4]
    assert log.stream("project-b") == []
    last = list(log.events())[-1]
    assert log.head() == LogHead(6, decode(last.data).recorded_at)


def test_rises_in_position_and_moment(log: Log, writer: Writer) -> None:
    for future in [writer.submit(propose(f"p{n}")) for n in range(50)]:
        future.result(20)
    moments = [decode(stored.data).recorded_at for stored in log.events()]
    assert all(earlier < later for earlier, later in pairwise(moments))


def test_keeps_positions_gapless_for_the_library_too(log: Log) -> None:
    event = StoredEvent("project-a", 1, "project.proposed/1", b"{}")
    assert log.store.insert_events([event]) == [3]
    with pytest.raises(IntegrityError):
        log.store.insert_events([event])
    following = [StoredEvent("project-a", n, "project.proposed/1", b"{}") for n in (2, 3)]
    assert log.store.insert_events(following) == [4, 5]
    assert [n.id for n in log.store.select_notifications(1, 10)] == [1, 2, 3, 4, 5]
    assert len(log.store.select_events("project-a", gt=1)) == 2


def test_lets_the_library_make_no_tables(log: Log) -> None:
    with pytest.raises(UnsafeDatabase, match="milepost migrate"):
        log.store.create_table()


def test_tells_who_listens_that_something_was_written(log: Log, prepared: Database) -> None:
    with psycopg.connect(prepared.application, autocommit=True) as listener, Writer(log) as writer:
        listener.execute("LISTEN milepost_log")
        writer.execute(propose("a"))
        assert len(list(listener.notifies(timeout=30, stop_after=1))) == 1
