"""The inbox hands over each event once, in the order of its stream."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from consumers.cloud_event import EventRecord
from consumers.event_log import Fork, LogSource
from consumers.inbox.event_inbox import Gap, Inbox, http_event_reader, leaf_hash, no_event_reader
from consumers.inbox.inbox_store import AlreadyProcessed, LastEvent
from consumers.inbox.sqlite_store import SqliteInboxStore
from domain.codec import decode
from domain.envision.risks import RiskAssessed
from tests.conftest import LOG, history

SOURCE = LogSource(LOG, 1)
HISTORY = history(*(RiskAssessed(risk=f"r{n}", statement="x") for n in range(1, 7)))
EVENTS = [EventRecord(n, "project-p", n, "risk.assessed/1", one.data, n) for n, one in enumerate(HISTORY, 1)]


class Recipient:
    """The inbox of a subscriber, its store, and the events that were handled."""

    def __init__(self, store: SqliteInboxStore) -> None:
        self.store = store
        self.handled: list[EventRecord] = []

    def inbox(self, read_events: Callable[[str, int], Iterable[bytes]] = no_event_reader) -> Inbox:
        return Inbox(self.store, self.handled.append, read_events)

    def receive(
        self, *events: EventRecord, read_events: Callable[[str, int], Iterable[bytes]] = no_event_reader
    ) -> None:
        inbox = self.inbox(read_events)
        for event in events:
            with self.store.transaction():
                inbox.receive(event, SOURCE)

    @property
    def versions(self) -> list[int]:
        return [event.version for event in self.handled]


@pytest.fixture
def recipient(tmp_path: Path) -> Iterator[Recipient]:
    store = SqliteInboxStore(tmp_path / "inbox.db", "audit")
    yield Recipient(store)
    store.close()


def read_whole_stream(stream: str, after: int) -> list[bytes]:
    """Every event of the stream, as the service returns it."""
    return [one.data for one in HISTORY]


def test_inbox_hands_over_each_event_once_in_order(recipient: Recipient) -> None:
    recipient.receive(*EVENTS)
    assert recipient.handled == EVENTS
    assert recipient.store.read_last_event("project-p") == LastEvent(6, leaf_hash(EVENTS[-1].data))
    assert recipient.store.read_source() == SOURCE


def test_inbox_skips_processed_events(recipient: Recipient) -> None:
    recipient.receive(*EVENTS[:3], *EVENTS[1:4], EVENTS[0], EVENTS[3])
    recipient.receive(*EVENTS)
    assert recipient.handled == EVENTS


def test_leaf_hash_is_that_of_the_ledger() -> None:
    assert leaf_hash(HISTORY[0].data) == HISTORY[0].leaf.hex()


def test_inbox_stops_at_a_fork(recipient: Recipient) -> None:
    recipient.receive(*EVENTS[:2])
    other = EventRecord(2, "project-p", 2, "risk.assessed/1", EVENTS[1].data.replace(b"r2", b"rx"), 2)
    with pytest.raises(Fork, match="project-p 2 differs from the event that was processed there"):
        recipient.receive(other)
    assert recipient.versions == [1, 2]


def test_inbox_stops_at_a_gap_without_an_event_reader(recipient: Recipient) -> None:
    recipient.receive(EVENTS[0])
    with pytest.raises(Gap, match="no event after version 1"):
        recipient.receive(EVENTS[2])
    assert recipient.store.read_last_event("project-p").version == 1


def test_inbox_stops_if_a_stream_starts_after_version_1(recipient: Recipient) -> None:
    with pytest.raises(Gap, match="no event after version 0"):
        recipient.receive(EVENTS[1])


def test_inbox_heals_a_gap_by_reading_events_again(recipient: Recipient) -> None:
    recipient.receive(EVENTS[0], EVENTS[4], EVENTS[5], read_events=read_whole_stream)
    assert recipient.versions == [1, 2, 3, 4, 5, 6]
    assert [one.data for one in recipient.handled] == [one.data for one in HISTORY]
    assert {one.kind for one in recipient.handled} == {"risk.assessed/1"}


def test_inbox_stops_at_a_gap_that_cannot_be_healed(recipient: Recipient) -> None:
    recipient.receive(EVENTS[0])
    with pytest.raises(Gap, match="no event 3 before 5, not even when read again"):
        recipient.receive(EVENTS[4], read_events=lambda stream, after: [HISTORY[1].data, HISTORY[3].data])
    assert recipient.store.read_last_event("project-p").version == 1, "it is all of it or nothing"


def test_inbox_stops_if_events_are_read_from_another_log(recipient: Recipient) -> None:
    def elsewhere(stream: str, after: int) -> list[bytes]:
        return [one.data.replace(b"urn:milepost:test:", b"urn:milepost:other:") for one in HISTORY]

    with pytest.raises(Fork, match="urn:milepost:other:projects:p"):
        recipient.receive(EVENTS[3], read_events=elsewhere)


def test_inbox_stores_nothing_if_the_handler_fails(recipient: Recipient) -> None:
    def failing(event: EventRecord) -> None:
        raise ZeroDivisionError

    inbox = Inbox(recipient.store, failing)
    with pytest.raises(ZeroDivisionError), recipient.store.transaction():
        inbox.receive(EVENTS[0], SOURCE)
    recipient.receive(EVENTS[0])
    assert recipient.versions == [1]


def test_inbox_stores_what_the_handler_writes_in_the_same_transaction(recipient: Recipient) -> None:
    recipient.store.connection.execute("CREATE TABLE risks (name text)")

    def write(event: EventRecord) -> None:
        told = decode(event.data).event
        assert isinstance(told, RiskAssessed)
        recipient.store.connection.execute("INSERT INTO risks VALUES (?)", (told.risk,))
        if event.version == 2:
            raise AlreadyProcessed("project-p 2")

    inbox = Inbox(recipient.store, write)
    for event in EVENTS[:2]:
        try:
            with recipient.store.transaction():
                inbox.receive(event, SOURCE)
        except AlreadyProcessed:
            continue
    assert recipient.store.connection.execute("SELECT name FROM risks").fetchall() == [("r1",)]


def test_inbox_expects_the_log_of_its_first_event(recipient: Recipient) -> None:
    assert recipient.inbox().expected_source(SOURCE) == SOURCE
    recipient.receive(EVENTS[0])
    assert recipient.inbox().expected_source(LogSource("other", 1)) == SOURCE


def test_inbox_refuses_another_generation(recipient: Recipient) -> None:
    recipient.receive(EVENTS[0])
    with pytest.raises(Fork, match="is now generation 2, and events of generation 1 were processed"):
        recipient.inbox().expected_source(LogSource(LOG, 2))


def test_http_event_reader_reads_projects_only() -> None:
    with pytest.raises(Gap, match="policy-default"):
        http_event_reader("http://127.0.0.1:9")("policy-default", 3)
    with pytest.raises(OSError, match="refused"):
        http_event_reader("http://127.0.0.1:9")("project-p", 3)
