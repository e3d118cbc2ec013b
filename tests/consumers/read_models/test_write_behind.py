"""What is written behind: in order, one at a time, and never silently lost."""

from collections.abc import Iterator
from threading import Event

import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.read_models.batch_writer import Fenced, Writing
from consumers.read_models.tables import connect
from consumers.read_models.write_behind import WriteBehind
from milepost.log.store import Log


class Noting(Writing):
    """Notes that it was run, once it may; or fails."""

    def __init__(self, notes: list[str], note: str, may: Event | None = None, fails: bool = False) -> None:
        super().__init__()
        self._notes, self._note, self._may, self._fails = notes, note, may, fails

    def run(self, connection: Connection[DictRow]) -> None:
        assert self._may is None or self._may.wait(30)
        if self._fails:
            raise Fenced("somebody was faster")
        self._notes.append(self._note)


@pytest.fixture
def behind(log: Log) -> Iterator[WriteBehind]:
    writing = WriteBehind(connect(log.conninfo))
    yield writing
    writing.close()


def test_goes_on_meanwhile_and_does_what_follows_once_it_is_written(behind: WriteBehind) -> None:
    notes, may = list[str](), Event()
    behind.write(Noting(notes, "written", may), then=lambda: notes.append("told"))
    assert notes == []
    may.set()
    behind.settle()
    assert notes == ["written", "told"]


def test_keeps_the_order_in_which_it_was_told(behind: WriteBehind) -> None:
    notes = list[str]()
    for n in range(20):
        behind.write(Noting(notes, str(n)), then=lambda: None)
    behind.settle()
    assert notes == [str(n) for n in range(20)]


def test_writes_nothing_behind_what_failed(behind: WriteBehind) -> None:
    notes = list[str]()
    behind.write(Noting(notes, "first", fails=True), then=lambda: notes.append("told"))
    with pytest.raises(Fenced, match="somebody was faster"):
        behind.write(Noting(notes, "second"), then=lambda: notes.append("told"))
    behind.settle()
    assert notes == []


def test_waits_for_whatever_becomes_of_it_and_leaves_the_outcome_to_be_settled(behind: WriteBehind) -> None:
    behind.write(Noting([], "first", fails=True), then=lambda: None)
    behind.wait()
    with pytest.raises(Fenced):
        behind.settle()


def test_says_at_its_end_what_was_not_written(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    behind = WriteBehind(connect(log.conninfo))
    behind.write(Noting([], "first", fails=True), then=lambda: None)
    with caplog.at_level("INFO", "milepost.projector"):
        behind.close()
    assert "what was taken in last is not written: somebody was faster" in caplog.text
