"""Which events a subscriber wants."""

from collections.abc import Iterator

import pytest

from domain.lifecycle import Phase
from milepost.log import event_selection as selecting
from milepost.log.event_selection import EventSelection, NoSuchKind, phase_of, select_events
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from milepost.log.writer import Writer
from tests.consumers.telling import Telling
from tests.milepost.logs import assess, log, prepared, propose, writer

__all__ = ["log", "prepared", "writer"]


def all_of(wanted: EventSelection, log: Log, after: int = 0) -> Iterator[LogEntry]:
    head = log.head().position
    while after < head:
        found = wanted.next(log, after, head)
        assert found.end > after
        yield from found.events
        after = found.end


@pytest.fixture
def told(log: Log, writer: Writer) -> Log:
    """A log in which two projects take turns."""
    for project in ("p", "q"):
        writer.execute(propose(project))
    for number in range(4):
        for project in ("p", "q"):
            writer.execute(assess(project, f"r{number}"))
    return log


def test_is_everything_where_nothing_is_asked_for(told: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    for most in (1, 3, 100):
        monkeypatch.setattr(selecting, "MOST_AT_ONCE", most)
        assert list(all_of(select_events(), told)) == list(told.events())


def test_ends_at_the_head_that_is_given(told: Log) -> None:
    assert [one.position for one in select_events().next(told, 1, 3).events] == [2, 3]


def test_is_looked_for_once_where_all_that_is_wanted_was_found(told: Log) -> None:
    head = told.head().position
    assert select_events("p").next(told, 0, head).end == head
    assert select_events(kinds=["project.proposed"]).next(told, 0, head).end == head


def test_is_all_that_is_asked_for_at_once(told: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "LOOKED_THROUGH", 2)
    every = list(told.events())
    risks = [one for one in every if one.kind == "risk.assessed/1"]
    assert list(all_of(select_events("p"), told)) == [one for one in every if one.stream == "project-p"]
    assert list(all_of(select_events(kinds=["risk.assessed"]), told)) == risks
    assert list(all_of(select_events(phase=Phase.ENVISION), told)) == risks
    asked = select_events("q", ["risk.assessed/1", "project.proposed"], Phase.ENVISION)
    assert list(all_of(asked, told)) == [one for one in risks if one.stream == "project-q"]
    assert list(all_of(select_events(kinds=["risk.assessed"], phase=Phase.DEPLOY), told)) == []


def test_names_no_kind_that_there_is_not() -> None:
    for name in ("", "risk", "risk.assessed/2", "os.system", "milepost.risk.assessed.v1"):
        with pytest.raises(NoSuchKind, match=r"docs/events\.md"):
            select_events(kinds=["risk.assessed", name])


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        ("vision-scope.baselined/1", Phase.ENVISION),
        ("plan.baselined/1", Phase.PLANNING),
        ("build.recorded/1", Phase.BUILD),
        ("defect.reported/1", Phase.STABILIZE),
        ("deployment.started/1", Phase.DEPLOY),
        ("project.build-completed/1", Phase.BUILD),
        ("project.deployed/1", Phase.DEPLOY),
        ("review.decided/1", None),
        ("project.policy-moved/1", None),
        ("role.assigned/1", Phase.ENVISION),
        ("project.proposed/1", None),
        ("log.opened/1", None),
    ],
)
def test_counts_a_kind_to_the_phase_that_it_tells_of(kind: str, phase: Phase | None) -> None:
    assert phase_of(kind) is phase


def test_knows_where_the_log_ends_though_its_last_event_can_not_be_read(told: Log) -> None:
    before = told.position()
    assert before == told.head().position
    Telling(told).store(("project-odd", 1, "odd.kind/9", b"no event"))
    assert told.position() == before + 1
    assert select_events().next(told, before, before + 1).events[0].data == b"no event"
