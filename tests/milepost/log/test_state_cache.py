"""The states of streams."""

from collections.abc import Sequence

import pytest

from domain.state.project import Project
from milepost.log.state_cache import StateCache
from milepost.log.stored_event import LogEntry
from tests.conftest import history
from tests.domain.openings import PROPOSED


class Reader:
    """A log of two projects of three events each, that remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.stored: list[LogEntry] = []
        for stream in ("project-a", "project-b"):
            for recorded in history(PROPOSED, PROPOSED, PROPOSED, stream=stream):
                position = len(self.stored) + 1
                self.stored.append(LogEntry(position, stream, recorded.version, recorded.event.kind, recorded.data))

    def __call__(self, streams: Sequence[str]) -> list[LogEntry]:
        self.asked.append(tuple(streams))
        return [stored for stored in self.stored if stored.stream in streams]


def test_are_folded_once_while_there_is_room() -> None:
    states = StateCache(read := Reader())
    states.load(["project-a", "project-b", "project-a"])
    for _ in range(3):
        assert states["project-a"].version == states["project-b"].version == 3
        states.settle()
    assert read.asked == [("project-a", "project-b")]


def test_make_room_by_oldest_use() -> None:
    states = StateCache(read := Reader(), room=3)
    for stream in ("project-a", "project-b", "project-b", "project-a"):
        assert states[stream].version == 3
        states.settle()
    assert read.asked == [("project-a",), ("project-b",), ("project-a",)]


def test_are_not_kept_of_what_does_not_exist() -> None:
    states = StateCache(read := Reader())
    for _ in range(2):
        state = states["project-c"]
        assert isinstance(state, Project)
        assert (state.version, state.stream) == (0, "project-c")
        states.settle()
    assert read.asked == [("project-c",), ("project-c",)]


def test_are_folded_again_with_what_is_not_committed_yet() -> None:
    states = StateCache(Reader())
    project = states["project-a"]
    following = history(*[PROPOSED] * 4, stream="project-a")[3]
    project.apply(following)
    states.written([following])
    states.drop("project-a")
    assert states["project-a"].version == 4
    assert states["project-a"] is not project
    states.forget()
    assert states["project-a"].version == 3


def test_follow_what_others_wrote() -> None:
    states = StateCache(read := Reader())
    assert states["project-a"].version == 3
    fourth = history(*[PROPOSED] * 4)[3]
    line = LogEntry(7, "project-a", 4, fourth.event.kind, fourth.data)
    states.follow([read.stored[2], line, line, line._replace(stream="project-b")])
    assert states["project-a"].version == 4
    assert len(read.asked) == 1


def test_are_dropped_where_something_is_missing_between() -> None:
    states = StateCache(read := Reader())
    assert states["project-a"].version == 3
    states.follow([read.stored[2]._replace(version=5)])
    assert states["project-a"].version == 3
    assert len(read.asked) == 2


def test_state_of_a_policy_is_a_rulebook() -> None:
    states = StateCache(Reader())
    assert states.rulebook("default") is states["policy-default"]


def test_stream_without_a_state_is_named() -> None:
    with pytest.raises(ValueError, match="ledger-x: streams of the category 'ledger' have no state"):
        StateCache(Reader())["ledger-x"]
