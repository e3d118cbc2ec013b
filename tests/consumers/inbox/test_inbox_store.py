"""Both inbox stores behave alike."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg import Connection

from consumers.event_log import LogSource
from consumers.inbox.inbox_store import AlreadyProcessed, InboxStore, LastEvent
from consumers.inbox.postgres_store import PostgresInboxStore
from consumers.inbox.sqlite_store import SqliteInboxStore
from consumers.read_models.tables import connect
from milepost.embedded.postgres.server import Server
from tests.milepost.logs import create, removed

SOURCE = LogSource("log", 1)
FIRST, SECOND = LastEvent(1, "a"), LastEvent(2, "b")


@pytest.fixture(params=["file", "postgres"])
def stores(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[tuple[InboxStore, InboxStore]]:
    """The store of one subscriber, opened by two of its processes."""
    if request.param == "file":
        files = [SqliteInboxStore(tmp_path / "inbox.db", "audit") for _ in range(2)]
        yield files[0], files[1]
        for one in files:
            one.close()
        return
    with removed(create(server)) as database, connect(database.superuser) as a, connect(database.superuser) as b:
        yield PostgresInboxStore(a, "audit"), PostgresInboxStore(b, "audit")


def test_store_is_empty_at_first(stores: tuple[InboxStore, InboxStore]) -> None:
    for store in stores:
        assert (store.read_source(), store.read_last_event("project-p"), store.read_offsets("t")) == (
            None,
            LastEvent(0, ""),
            {},
        )


def test_store_is_shared_by_the_processes_of_a_subscriber(stores: tuple[InboxStore, InboxStore]) -> None:
    mine, other = stores
    with mine.transaction():
        mine.save_event(SOURCE, "project-p", LastEvent(), FIRST)
        mine.save_offset("t", 3, 7)
    with mine.transaction():
        mine.save_event(SOURCE, "project-p", FIRST, SECOND)
        mine.save_offset("t", 3, 8)
        mine.save_offset("u", 3, 1)
    assert (other.read_source(), other.read_last_event("project-p")) == (SOURCE, SECOND)
    assert (other.read_offsets("t"), other.read_offsets("u")) == ({3: 8}, {3: 1})


def test_store_keeps_nothing_of_a_failed_transaction(stores: tuple[InboxStore, InboxStore]) -> None:
    store, other = stores
    with suppress(ZeroDivisionError), store.transaction():
        store.save_event(SOURCE, "project-p", LastEvent(), FIRST)
        store.save_offset("t", 3, 7)
        raise ZeroDivisionError
    assert (other.read_source(), other.read_last_event("project-p"), other.read_offsets("t")) == (None, LastEvent(), {})


def test_store_refuses_an_event_that_another_process_stored(stores: tuple[InboxStore, InboxStore]) -> None:
    mine, late = stores
    mine.save_event(SOURCE, "project-p", LastEvent(), FIRST)
    with suppress(AlreadyProcessed), late.transaction():
        late.save_offset("t", 3, 7)
        late.save_event(SOURCE, "project-p", LastEvent(), FIRST)
    assert late.read_offsets("t") == {}
    mine.save_event(SOURCE, "project-p", FIRST, SECOND)
    with pytest.raises(AlreadyProcessed):
        late.save_event(SOURCE, "project-p", FIRST, SECOND)


def test_store_separates_subscribers(tmp_path: Path) -> None:
    mine, other = SqliteInboxStore(tmp_path / "inbox.db", "audit"), SqliteInboxStore(tmp_path / "inbox.db", "mail")
    mine.save_event(SOURCE, "project-p", LastEvent(), FIRST)
    mine.save_offset("t", 1, 1)
    assert (other.read_last_event("project-p"), other.read_offsets("t"), other.read_source()) == (LastEvent(), {}, None)
    mine.close()
    other.close()


def test_postgres_store_refuses_a_connection_without_autocommit(server: Server) -> None:
    connection = Connection[tuple[object, ...]].connect(server.superuser_url)
    with connection, pytest.raises(ValueError, match="autocommit"):
        PostgresInboxStore(connection, "audit")
