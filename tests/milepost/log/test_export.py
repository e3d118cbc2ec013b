"""An exported log."""

import tracemalloc
from collections.abc import Iterator

import orjson
import pytest

from milepost.embedded.postgres.server import Server
from milepost.log.export import NotLoaded, dump, export, load
from milepost.log.store import Log
from milepost.log.verify import verify
from milepost.log.writer import Writer
from tests.milepost.logs import assess, log, migrated, prepared, propose, removed, writer

__all__ = ["log", "prepared", "writer"]


@pytest.fixture
def filled(log: Log, writer: Writer) -> Log:
    writer.execute(propose("a", command="c"))
    writer.execute(assess("a", "flood"))
    writer.execute(assess("b", "flood", command="rejected"))
    return log


@pytest.fixture
def target(server: Server) -> Iterator[Log]:
    with removed(migrated(server)) as database:
        found = Log(database.application)
        yield found
        found.close()


def test_holds_exactly_the_stored_bytes_in_order(filled: Log) -> None:
    *lines, trailer = export(filled)
    assert lines == [stored.data + b"\n" for stored in filled.events()]
    said = orjson.loads(trailer)["trailer"]
    assert (said["log"], said["count"], said["last"], said["outcomes"]) == (filled.identity().id, 4, 4, 0)
    assert said["categories"] == {"log": 1, "policy": 1, "project": 2}


def test_is_sound(filled: Log) -> None:
    assert verify(export(filled)).findings == []
    assert verify(dump(filled)).findings == []


def test_moves_with_its_positions_and_answers(filled: Log, writer: Writer, target: Log) -> None:
    first = writer.execute(assess("b", "flood", command="rejected"))
    lines = list(dump(filled))
    assert load(target, lines).tally.count == 4
    assert list(dump(target)) == lines
    with Writer(target) as following:
        assert following.execute(assess("b", "flood", command="rejected")) == first
        assert following.execute(assess("a", "fire")).position == 5
    assert target.identity() == filled.identity()


def test_is_loaded_into_an_empty_log_only(filled: Log) -> None:
    with pytest.raises(NotLoaded, match="load into an empty one"):
        load(filled, dump(filled))


def test_that_was_tampered_with_is_not_loaded_at_all(filled: Log, target: Log) -> None:
    lines = list(dump(filled))
    for wrong in (
        lines[:-1],
        [*lines[:2], lines[3], lines[2], *lines[4:]],
        [line.replace(b"flood", b"fluid") for line in lines],
    ):
        with pytest.raises(NotLoaded, match="expected"):
            load(target, wrong)
        assert target.head().position == 0


def test_of_a_newer_release_is_not_loaded(filled: Log, target: Log) -> None:
    lines = [line.replace(b"risk.assessed.v1", b"risk.assessed.v9") for line in dump(filled)]
    with pytest.raises(NotLoaded, match=r"risk.assessed/9 is not known here: upgrade"):
        load(target, lines)


def peak(log: Log) -> int:
    """The most memory that writing and verifying an export took, in bytes."""
    tracemalloc.start()
    assert verify(export(log)).sound
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_takes_no_more_memory_for_more_events(log: Log, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.log.export.BATCH", 50)
    writer.execute(propose("a"))
    peaks: list[int] = []
    for total in (300, 300, 1_500):  # the first time warms what is kept for good
        futures = [writer.submit(assess("a", f"r{total}-{len(peaks)}-{n}")) for n in range(total)]
        assert {future.result(60).status for future in futures} == {"accepted"}
        peaks.append(peak(log))
    assert peaks[2] < peaks[1] * 1.2
