"""A writer."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg import Cursor

from domain.codec import decode
from domain.policy_changes.adoption import AdoptPolicy, ProposePolicy
from milepost import clock
from milepost.log.command_outcome import (
    CommandOutcome,
    CommandRequest,
    IdempotencyKeyReused,
    LogUnavailable,
    VersionConflict,
)
from milepost.log.preconditions import Precondition
from milepost.log.sql import select_streams
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from milepost.log.writer import Writer
from milepost.policies import default_policy
from tests.milepost.faults import Fail, Fatten, Freeze, Shut, TurnDown
from tests.milepost.logs import Database, Proxy, assess, log, prepared, propose, proxy, risk, writer
from tests.milepost.servers import until

__all__ = ["log", "prepared", "proxy", "writer"]
LIMIT = 30
SOURCE = datetime(2020, 1, 1, tzinfo=UTC)


def versions(log: Log, stream: str) -> list[int]:
    return [recorded.version for recorded in log.stream(stream)]


def contiguous(log: Log) -> bool:
    """Whether positions and versions run from 1 without gap or double."""
    seen = Counter[str]()
    for position, stored in enumerate(log.events(), 1):
        seen[stored.stream] += 1
        if (
            stored.position != position
            or stored.version != seen[stored.stream]
            or decode(stored.data).version != stored.version
        ):
            return False
    return True


def test_answers_what_it_wrote(log: Log, writer: Writer) -> None:
    outcome = writer.execute(propose("a", command="c"), LIMIT)
    [stored] = log.stream("project-a")
    assert (outcome.status, outcome.version, outcome.position, outcome.command) == ("accepted", 1, 3, "c")
    assert [tuple(written) for written in outcome.events] == [(stored.id, "project.proposed/1", "project-a", 1)]
    assert (stored.who, stored.command, stored.policy, stored.origin) == ("ada", "c", "default/1", "live")
    assert stored.time == stored.recorded_at


def test_answers_a_repeat_with_the_first_answer(log: Log, writer: Writer) -> None:
    asked = [propose("a", command="c"), assess("nowhere", "x", command="d"), assess("a", "x", command="e")]
    first = [writer.execute(request, LIMIT) for request in asked]
    writer.execute(assess("a", "y"), LIMIT)
    assert [writer.execute(request, LIMIT) for request in asked] == first
    assert [outcome.status for outcome in first] == ["accepted", "rejected", "accepted"]
    with Writer(log) as another:
        assert [another.execute(request, LIMIT) for request in asked] == first
    assert log.head().position == 5


def test_takes_a_command_id_for_one_wish_of_one_actor(writer: Writer) -> None:
    writer.execute(propose("a", command="c"), LIMIT)
    with pytest.raises(IdempotencyKeyReused, match="use a new key"):
        writer.execute(assess("a", "x", command="c"), LIMIT)
    grace = CommandRequest("project-a", (risk("x"),), "grace", command="c")
    assert writer.execute(grace, LIMIT).status == "accepted"


def test_carries_out_a_command_once_however_often_it_comes_at_once(log: Log, writer: Writer) -> None:
    with Writer(log) as another:
        futures = [one.submit(propose("a", command="c")) for _ in range(20) for one in (writer, another)]
        assert len({future.result(LIMIT).encode() for future in futures}) == 1
    assert versions(log, "project-a") == [1]


def test_keeps_a_rejection_without_events(log: Log, writer: Writer) -> None:
    outcome = writer.execute(assess("a", "x", command="c"), LIMIT)
    assert (outcome.status, outcome.version, outcome.events) == ("rejected", 0, ())
    assert "propose it first" in (outcome.sentence or "")
    assert (log.outcome("ada", "c") or (b"", b""))[1] == outcome.encode()
    assert log.outcome("grace", "c") is None


def test_undoes_all_of_a_batch_that_is_rejected(log: Log, writer: Writer) -> None:
    writer.execute(propose("a"), LIMIT)
    batch = CommandRequest("project-a", (risk("x"), risk("y"), TurnDown()), "ada")
    assert writer.execute(batch, LIMIT).sentence == "not like this"
    assert writer.execute(assess("a", "x"), LIMIT).version == 2
    assert versions(log, "project-a") == [1, 2]


def test_writes_a_refusal_alone(log: Log, writer: Writer) -> None:
    writer.execute(propose("a"), LIMIT)
    refused = writer.execute(CommandRequest("project-a", (risk("x"), Shut()), "ada"), LIMIT)
    assert (refused.status, refused.sentence) == ("refused", "the gate stays shut")
    assert [written.kind for written in refused.events] == ["no-risks.recorded/1"]
    assert [told.role for told in log.stream("project-a")] == [None, "requester"], "in the role that it needed"
    again = writer.execute(CommandRequest("project-a", (Shut(repeated=True),), "ada"), LIMIT)
    assert (again.status, again.events, again.version) == ("refused", (), 2)
    assert versions(log, "project-a") == [1, 2]


def together(log: Log, *asked: CommandRequest) -> list[Future[CommandOutcome]]:
    """What comes of these when all of them wait by the time that the writer looks: they share a transaction."""
    begun, waiting = Event(), Event()

    def once_all_wait() -> datetime:
        begun.set()
        waiting.wait(LIMIT)
        return clock.now()

    with Writer(log, clock=once_all_wait) as writer:
        busy = writer.submit(propose("busy", command="busy"))
        begun.wait(LIMIT)
        futures = [writer.submit(replace(one, command=one.command or f"c{n}")) for n, one in enumerate(asked)]
        waiting.set()
    assert busy.result(0).status == "accepted"
    return futures


def test_shares_a_transaction_among_all_who_wait(log: Log) -> None:
    futures = together(log, *(propose(f"p{n}") for n in range(100)), assess("p7", "x"), assess("nowhere", "x"))
    assert [future.result(0).status for future in futures] == ["accepted"] * 101 + ["rejected"]
    with log.connect() as connection:
        asked = connection.execute("SELECT DISTINCT xmin::text FROM log.events WHERE originator_id LIKE 'project-p%'")
        assert len(asked.fetchall()) == 1


def test_lets_one_fault_fail_alone(log: Log, writer: Writer) -> None:
    writer.execute(propose("a"), LIMIT)
    before = [assess("a", f"before{n}") for n in range(5)]
    fault = CommandRequest("project-a", (Fail(),), "ada", command="fault")
    futures = together(log, *before, fault, *(assess("a", f"after{n}") for n in range(5)))
    with pytest.raises(ZeroDivisionError):
        futures.pop(5).result(0)
    assert [future.result(0).status for future in futures] == ["accepted"] * 10
    assert versions(log, "project-a") == list(range(1, 12))
    assert log.outcome("ada", "fault") is None


def test_rejects_an_event_that_is_too_large(writer: Writer) -> None:
    writer.execute(propose("a"), LIMIT)
    outcome = writer.execute(CommandRequest("project-a", (Fatten(),), "ada"), LIMIT)
    assert outcome.status == "rejected"
    assert "65,535" in (outcome.sentence or "")


def test_names_the_version_that_it_found_instead(writer: Writer) -> None:
    writer.execute(propose("a", expected=Precondition.at(0)), LIMIT)
    with pytest.raises(VersionConflict) as conflict:
        writer.execute(assess("a", "x", expected=Precondition.at(4)), LIMIT)
    assert conflict.value.found == 1
    assert writer.execute(assess("a", "x", expected=Precondition.at(1)), LIMIT).version == 2


def test_mixes_no_origins(log: Log, writer: Writer) -> None:
    writer.execute(propose("live"), LIMIT)
    imported = writer.execute(propose("told", origin="import:kep", at=SOURCE), LIMIT)
    assert imported.status == "accepted"
    [stored] = log.stream("project-told")
    assert (stored.origin, stored.time, stored.measured_at) == ("import:kep", SOURCE, SOURCE)
    for request in (assess("told", "x"), assess("live", "x", origin="simulated", at=SOURCE)):
        outcome = writer.execute(request, LIMIT)
        assert outcome.status == "rejected"
        assert "use another stream" in (outcome.sentence or "")
    used = writer.execute(CommandRequest("project-told", (Freeze(),), "ada", origin="import:kep", at=SOURCE), LIMIT)
    assert "policy-default has origin live" in (used.sentence or "")
    assert (
        writer.execute(CommandRequest("project-live", (Freeze(),), "ada"), LIMIT).events[0].stream == "policy-default"
    )
    assert contiguous(log)


def test_lets_nothing_in_without_a_policy(writer: Writer) -> None:
    outcome = writer.execute(propose("a", policy="strict"), LIMIT)
    assert "no policy strict is in force" in (outcome.sentence or "")


@pytest.mark.parametrize("writers", [1, 3])
def test_lets_many_write_to_one_project(log: Log, writers: int) -> None:
    several = [Writer(log, cache_events=40) for _ in range(writers)]
    several[0].execute(propose("a"), LIMIT)

    def work(caller: int) -> list[str]:
        own = several[caller % writers]
        return [own.execute(assess("a", f"r{caller}-{n}"), LIMIT).status for n in range(20)]

    with ThreadPoolExecutor(16) as pool:
        assert [status for statuses in pool.map(work, range(16)) for status in statuses] == ["accepted"] * 320
    for one in several:
        one.close()
    assert versions(log, "project-a") == list(range(1, 322))
    assert contiguous(log)


def test_decides_on_what_another_wrote(log: Log, writer: Writer) -> None:
    writer.execute(propose("a"), LIMIT)
    with Writer(log) as another:
        for n in range(3):
            assert another.execute(assess("a", f"x{n}"), LIMIT).version == 2 * n + 2
            assert writer.execute(assess("a", f"y{n}"), LIMIT).version == 2 * n + 3


def test_decides_anew_where_another_was_faster(log: Log, writer: Writer) -> None:
    for request in (propose("pay"), assess("pay", "r2")):  # nobody else writes, as it seems
        writer.execute(request, LIMIT)
    with Writer(log) as faster:
        assert faster.execute(assess("pay", "r3"), LIMIT).version == 3
    new, known = writer.execute(assess("pay", "r4"), LIMIT), writer.execute(assess("pay", "r3"), LIMIT)
    assert (new.status, new.version, new.position) == ("accepted", 4, log.head().position)
    assert (known.status, known.version, known.events) == ("accepted", 4, ())
    assert contiguous(log)


def test_writer_decides_again_where_the_policy_was_changed_since_it_was_read(log: Log, writer: Writer) -> None:
    for request in (propose("a"), assess("a", "x")):  # from now on it decides before it takes the lock
        writer.execute(request, LIMIT)
    following = default_policy().model_copy(update={"version": 2})
    with Writer(log) as another:
        for who, command in (
            ("grace", ProposePolicy(policy=following)),
            ("carl", AdoptPolicy(policy=following, proposed_by="grace")),
        ):
            adoption = CommandRequest("policy-default", (command,), who, role=following.keepers[0])
            assert another.execute(adoption, LIMIT).status == "accepted"
    assert writer.execute(propose("b"), LIMIT).status == "accepted"
    assert [(recorded.policy, recorded.version) for recorded in log.stream("project-b")] == [("default/2", 1)]


def test_writer_folds_the_streams_of_a_decision_before_it_takes_the_lock(
    log: Log, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.execute(propose("a"), LIMIT)
    reads: list[tuple[tuple[str, ...], bool]] = []

    def read(cursor: Cursor[Any], streams: Sequence[str], after: int = 0) -> list[LogEntry]:
        with log.connect() as connection:
            lock = connection.execute(
                "SELECT 1 FROM pg_locks WHERE relation = 'log.writer'::regclass AND mode = 'ExclusiveLock' AND granted"
            ).fetchone()
        reads.append((tuple(streams), lock is not None))
        return select_streams(cursor, streams, after)

    monkeypatch.setattr("milepost.log.writer.select_streams", read)
    with Writer(log) as another:
        assert another.execute(assess("a", "x"), LIMIT).status == "accepted"
    assert reads == [(("project-a",), False), (("policy-default",), False)]


def test_finds_its_way_after_another_wrote_very_much(log: Log, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.log.writer.MAX_FOLLOWED", 10)
    writer.execute(propose("a"), LIMIT)
    with Writer(log) as another:
        for future in [another.submit(assess("a", f"x{n}")) for n in range(30)]:
            future.result(LIMIT)
    assert writer.execute(assess("a", "y"), LIMIT).version == 32
    assert contiguous(log)


def test_with_little_room_folds_again(log: Log) -> None:
    with Writer(log, cache_events=1) as writer:
        for n in range(3):
            for key in "ab":
                request = assess(key, f"x{n}") if n else propose(key)
                assert writer.execute(request, LIMIT).version == n + 1


def told(*moments: datetime) -> Callable[[], datetime]:
    """A clock that is told what to say, and goes on saying the last."""
    left = list(moments)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_rises_while_the_clock_stands_or_steps_back(log: Log) -> None:
    now = clock.now()
    with Writer(log, clock=told(now, now - timedelta(seconds=4))) as writer:
        assert [writer.execute(propose(key), LIMIT).status for key in "abc"] == ["accepted"] * 3
    moments = [decode(stored.data).recorded_at for stored in log.events()]
    assert moments == sorted(set(moments))


def test_refuses_to_write_while_the_clock_is_far_behind(log: Log, writer: Writer) -> None:
    first = writer.execute(propose("a", command="c"), LIMIT)
    with Writer(log, clock=lambda: clock.now() - timedelta(minutes=1)) as late:
        with pytest.raises(LogUnavailable, match=r"clock of this machine is \d+\.\d s behind"):
            late.execute(propose("b", command="d"), LIMIT)
        assert late.execute(propose("a", command="c"), LIMIT) == first, "what is answered stays answered"
    assert log.outcome("ada", "d") is None


def test_settles_a_commit_whose_reply_was_lost(log: Log, prepared: Database, proxy: Proxy) -> None:
    through = Log(proxy.way(prepared))
    with Writer(through) as writer:
        writer.execute(propose("a"), LIMIT)
        for n in range(5):
            proxy.lost.clear()
            proxy.lose_next_commit.set()
            outcome = writer.execute(assess("a", f"x{n}"), LIMIT)
            assert proxy.lost.is_set()
            assert (outcome.status, outcome.version) == ("accepted", n + 2)
    through.close()
    assert versions(log, "project-a") == [1, 2, 3, 4, 5, 6]


def test_goes_on_after_its_backend_was_terminated(log: Log, writer: Writer, prepared: Database) -> None:
    writer.execute(propose("a"), LIMIT)
    with psycopg.connect(prepared.superuser, autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'milepost_app' AND datname = %s",
            (prepared.name,),
        )
    assert writer.execute(assess("a", "x"), LIMIT).version == 2


def test_says_that_the_log_is_out_of_reach_and_heals(log: Log, prepared: Database, proxy: Proxy) -> None:
    through = Log(proxy.way(prepared))
    with Writer(through, retry_seconds=0.3) as writer:
        writer.execute(propose("a"), LIMIT)
        proxy.cut()
        with pytest.raises(LogUnavailable, match="can't be written to now"):
            writer.execute(assess("a", "x", command="c"), LIMIT)
        proxy.shut.clear()
        assert once_reached(writer, assess("a", "x", command="c")).version == 2
    through.close()


def once_reached(writer: Writer, request: CommandRequest) -> CommandOutcome:
    """The outcome of a request with a command id, as soon as an impatient writer reaches the log again."""
    found: list[CommandOutcome] = []

    def is_answered() -> bool:
        with suppress(LogUnavailable):
            found.append(writer.execute(request, LIMIT))
        return bool(found)

    until(is_answered, LIMIT)
    return found[0]


def test_waits_for_the_log_as_long_as_it_has_patience(log: Log, prepared: Database, proxy: Proxy) -> None:
    through = Log(proxy.way(prepared))
    with Writer(through, retry_seconds=LIMIT) as writer:
        writer.execute(propose("a"), LIMIT)
        proxy.cut()
        future = writer.submit(assess("a", "x"))
        proxy.shut.clear()
        assert future.result(LIMIT).version == 2
    through.close()


def test_carries_out_what_was_asked_before_it_closed(log: Log) -> None:
    with Writer(log) as writer:
        futures = [writer.submit(propose(f"p{n}")) for n in range(300)]
    assert {future.result(0).status for future in futures} == {"accepted"}
    with pytest.raises(LogUnavailable, match="stopping"):
        writer.submit(propose("z"))
