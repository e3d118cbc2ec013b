"""Hearing each event once, in the order of its stream."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from consumers.cloud_event import EventRecord
from consumers.event_log import Fork, LogSource
from consumers.inbox.inbox import Gap, Hearing, leaf_of, over_http, untold
from consumers.inbox.inbox_store import InFile, Last, Overtaken
from domain.codec import decode
from domain.envision.risks import RiskAssessed
from tests.conftest import LOG, history

SOURCE = LogSource(LOG, 1)
TOLD = history(*(RiskAssessed(risk=f"r{n}", statement="x") for n in range(1, 7)))
EVENTS = [EventRecord(n, "project-p", n, "risk.assessed/1", one.data, n) for n, one in enumerate(TOLD, 1)]


class LoggedEvent:
    """A subscriber's memory, and what was handled."""

    def __init__(self, memory: InFile) -> None:
        self.memory = memory
        self.handled: list[EventRecord] = []

    def hearing(self, again: Callable[[str, int], Iterable[bytes]] = untold) -> Hearing:
        return Hearing(self.memory, self.handled.append, again)

    def take(self, *events: EventRecord, again: Callable[[str, int], Iterable[bytes]] = untold) -> None:
        hearing = self.hearing(again)
        for event in events:
            with self.memory.transaction():
                hearing.take(event, SOURCE)

    @property
    def versions(self) -> list[int]:
        return [event.version for event in self.handled]


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[LoggedEvent]:
    memory = InFile(tmp_path / "heard.db", "audit")
    yield LoggedEvent(memory)
    memory.close()


def lines(stream: str, after: int) -> list[bytes]:
    """The whole stream, as the service tells it."""
    return [one.data for one in TOLD]


def test_hands_over_each_event_once_in_its_order(heard: LoggedEvent) -> None:
    heard.take(*EVENTS)
    assert heard.handled == EVENTS
    assert heard.memory.last("project-p") == Last(6, leaf_of(EVENTS[-1].data))
    assert heard.memory.source() == SOURCE


def test_passes_over_what_is_known(heard: LoggedEvent) -> None:
    heard.take(*EVENTS[:3], *EVENTS[1:4], EVENTS[0], EVENTS[3])
    heard.take(*EVENTS)
    assert heard.handled == EVENTS


def test_knows_an_event_by_the_hash_that_the_ledger_has(heard: LoggedEvent) -> None:
    assert leaf_of(TOLD[0].data) == TOLD[0].leaf.hex()


def test_stops_at_another_event_in_a_known_place(heard: LoggedEvent) -> None:
    heard.take(*EVENTS[:2])
    other = EventRecord(2, "project-p", 2, "risk.assessed/1", EVENTS[1].data.replace(b"r2", b"rx"), 2)
    with pytest.raises(Fork, match="project-p 2 is not the event that was heard there before"):
        heard.take(other)
    assert heard.versions == [1, 2]


def test_stops_at_a_gap_that_nobody_fills(heard: LoggedEvent) -> None:
    heard.take(EVENTS[0])
    with pytest.raises(Gap, match="behind version 1"):
        heard.take(EVENTS[2])
    assert heard.memory.last("project-p").version == 1


def test_notices_that_a_stream_begins_in_its_midst(heard: LoggedEvent) -> None:
    with pytest.raises(Gap, match="behind version 0"):
        heard.take(EVENTS[1])


def test_heals_a_gap_by_asking_again(heard: LoggedEvent) -> None:
    heard.take(EVENTS[0], EVENTS[4], EVENTS[5], again=lines)
    assert heard.versions == [1, 2, 3, 4, 5, 6]
    assert [one.data for one in heard.handled] == [one.data for one in TOLD]
    assert {one.kind for one in heard.handled} == {"risk.assessed/1"}


def test_stops_where_even_asking_again_leaves_a_gap(heard: LoggedEvent) -> None:
    heard.take(EVENTS[0])
    with pytest.raises(Gap, match="no event 3 before 5, not even when asked again"):
        heard.take(EVENTS[4], again=lambda stream, after: [TOLD[1].data, TOLD[3].data])
    assert heard.memory.last("project-p").version == 1, "it is all of it or nothing"


def test_stops_where_another_log_answers(heard: LoggedEvent) -> None:
    def elsewhere(stream: str, after: int) -> list[bytes]:
        return [one.data.replace(b"urn:milepost:test:", b"urn:milepost:other:") for one in TOLD]

    with pytest.raises(Fork, match="urn:milepost:other:projects:p"):
        heard.take(EVENTS[3], again=elsewhere)


def test_remembers_nothing_where_the_handler_fails(heard: LoggedEvent) -> None:
    def failing(event: EventRecord) -> None:
        raise ZeroDivisionError

    hearing = Hearing(heard.memory, failing)
    with pytest.raises(ZeroDivisionError), heard.memory.transaction():
        hearing.take(EVENTS[0], SOURCE)
    heard.take(EVENTS[0])
    assert heard.versions == [1]


def test_keeps_what_the_handler_writes_beside_what_it_remembers(heard: LoggedEvent) -> None:
    heard.memory.connection.execute("CREATE TABLE risks (name text)")

    def write(event: EventRecord) -> None:
        told = decode(event.data).event
        assert isinstance(told, RiskAssessed)
        heard.memory.connection.execute("INSERT INTO risks VALUES (?)", (told.risk,))
        if event.version == 2:
            raise Overtaken("project-p 2")

    hearing = Hearing(heard.memory, write)
    for event in EVENTS[:2]:
        try:
            with heard.memory.transaction():
                hearing.take(event, SOURCE)
        except Overtaken:
            continue
    assert heard.memory.connection.execute("SELECT name FROM risks").fetchall() == [("r1",)]


def test_takes_the_first_log_that_it_hears_for_the_one(heard: LoggedEvent) -> None:
    assert heard.hearing().demand(SOURCE) == SOURCE
    heard.take(EVENTS[0])
    assert heard.hearing().demand(LogSource("other", 1)) == SOURCE


def test_refuses_another_generation(heard: LoggedEvent) -> None:
    heard.take(EVENTS[0])
    with pytest.raises(Fork, match="generation 2 of the log, and generation 1 was heard"):
        heard.hearing().demand(LogSource(LOG, 2))


def test_asks_a_service_for_projects_alone() -> None:
    with pytest.raises(Gap, match="policy-default"):
        over_http("http://127.0.0.1:9")("policy-default", 3)
    with pytest.raises(OSError, match="refused"):
        over_http("http://127.0.0.1:9")("project-p", 3)
