"""Where a subscriber keeps what it has heard: the same in a file and in PostgreSQL."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg import Connection

from consumers.event_log import LogSource
from consumers.inbox.inbox_store import InFile, InPostgres, Last, Memory, Overtaken
from consumers.read_models.tables import connect
from milepost.embedded.postgres.server import Server
from tests.milepost.logs import create, removed

SOURCE = LogSource("log", 1)
FIRST, SECOND = Last(1, "a"), Last(2, "b")


@pytest.fixture(params=["file", "postgres"])
def memories(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[tuple[Memory, Memory]]:
    """The memory of one subscriber, as two of its processes have it."""
    if request.param == "file":
        files = [InFile(tmp_path / "heard.db", "audit") for _ in range(2)]
        yield files[0], files[1]
        for one in files:
            one.close()
        return
    with removed(create(server)) as database, connect(database.superuser) as a, connect(database.superuser) as b:
        yield InPostgres(a, "audit"), InPostgres(b, "audit")


def test_knows_nothing_at_first(memories: tuple[Memory, Memory]) -> None:
    for memory in memories:
        assert (memory.source(), memory.last("project-p"), memory.places("t")) == (None, Last(0, ""), {})


def test_is_the_same_for_every_process_of_the_subscriber(memories: tuple[Memory, Memory]) -> None:
    mine, other = memories
    with mine.transaction():
        mine.keep(SOURCE, "project-p", Last(), FIRST)
        mine.move("t", 3, 7)
    with mine.transaction():
        mine.keep(SOURCE, "project-p", FIRST, SECOND)
        mine.move("t", 3, 8)
        mine.move("u", 3, 1)
    assert (other.source(), other.last("project-p")) == (SOURCE, SECOND)
    assert (other.places("t"), other.places("u")) == ({3: 8}, {3: 1})


def test_keeps_nothing_of_a_transaction_that_fails(memories: tuple[Memory, Memory]) -> None:
    memory, other = memories
    with suppress(ZeroDivisionError), memory.transaction():
        memory.keep(SOURCE, "project-p", Last(), FIRST)
        memory.move("t", 3, 7)
        raise ZeroDivisionError
    assert (other.source(), other.last("project-p"), other.places("t")) == (None, Last(), {})


def test_refuses_who_comes_late(memories: tuple[Memory, Memory]) -> None:
    mine, late = memories
    mine.keep(SOURCE, "project-p", Last(), FIRST)
    with suppress(Overtaken), late.transaction():
        late.move("t", 3, 7)
        late.keep(SOURCE, "project-p", Last(), FIRST)
    assert late.places("t") == {}
    mine.keep(SOURCE, "project-p", FIRST, SECOND)
    with pytest.raises(Overtaken):
        late.keep(SOURCE, "project-p", FIRST, SECOND)


def test_is_apart_for_each_subscriber(tmp_path: Path) -> None:
    mine, other = InFile(tmp_path / "heard.db", "audit"), InFile(tmp_path / "heard.db", "mail")
    mine.keep(SOURCE, "project-p", Last(), FIRST)
    mine.move("t", 1, 1)
    assert (other.last("project-p"), other.places("t"), other.source()) == (Last(), {}, None)
    mine.close()
    other.close()


def test_wants_a_connection_whose_transactions_are_whole(server: Server) -> None:
    connection = Connection[tuple[object, ...]].connect(server.superuser_url)
    with connection, pytest.raises(ValueError, match="autocommit"):
        InPostgres(connection, "audit")
