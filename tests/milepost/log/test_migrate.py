"""A migration."""

from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege, ObjectNotInPrerequisiteState
from psycopg.sql import Composable

from milepost.log.migrate import UnsafeDatabase, demand_rights, migrate
from milepost.log.migrations import migrations
from tests.milepost.logs import Database, empty, guarded, prepared

__all__ = ["empty", "guarded", "prepared"]
CHANGES = [
    "UPDATE log.events SET topic = 'x'",
    "DELETE FROM log.events",
    "TRUNCATE log.events",
    "UPDATE log.outcomes SET position = 1",
    "DELETE FROM log.outcomes",
    "TRUNCATE log.outcomes",
    "INSERT INTO log.writer DEFAULT VALUES",
]
STRUCTURE = [
    "ALTER TABLE log.events DISABLE TRIGGER ALL",
    "ALTER TABLE log.events ADD COLUMN x int",
    "DROP TABLE log.events",
    "CREATE TABLE log.more ()",
    "CREATE TRIGGER t BEFORE INSERT ON log.events EXECUTE FUNCTION log.refuse_change()",
    "CREATE OR REPLACE FUNCTION log.demand_lock() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DELETE FROM log.migrations",
    "CREATE TABLE delivery.more ()",
    "ALTER TABLE delivery.relay ADD COLUMN x int",
    "DROP TABLE delivery.partitions",
    "TRUNCATE delivery.webhooks",
]
INSERT = "INSERT INTO log.events VALUES ('project-a', 1, 'k/1', '{}', 1)"


def refused(conninfo: str) -> str:
    with psycopg.connect(conninfo, autocommit=True) as connection, pytest.raises(UnsafeDatabase) as refusal:
        demand_rights(connection)
    return str(refusal.value)


def run(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_taken_twice_changes_nothing(empty: Database) -> None:
    assert migrate(empty.superuser) == [one.step for one in migrations()]
    assert migrate(empty.superuser) == []


def test_lets_the_application_in(guarded: Database) -> None:
    with psycopg.connect(guarded.application, autocommit=True) as connection:
        demand_rights(connection)


@pytest.mark.parametrize("statement", CHANGES + STRUCTURE)
def test_gives_the_application_no_right_to_change(guarded: Database, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        run(guarded.application, statement)


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("session", ["origin", "replica"])
def test_guards_the_log_against_its_owner_too(guarded: Database, statement: str, session: str) -> None:
    with pytest.raises(InsufficientPrivilege, match="nothing in log"):
        run(guarded.superuser, f"SET session_replication_role = {session}", statement)


@pytest.mark.parametrize("mode", [None, "ROW EXCLUSIVE", "SHARE ROW EXCLUSIVE"])
def test_refuses_an_event_without_the_writers_lock(guarded: Database, mode: str | None) -> None:
    locked = [f"LOCK TABLE log.writer IN {mode} MODE"] if mode else []
    with pytest.raises(ObjectNotInPrerequisiteState, match="first locks"):
        run(guarded.application, *locked, INSERT)


def test_lets_an_event_in_under_the_writers_lock(prepared: Database) -> None:
    run(prepared.application, "LOCK TABLE log.writer IN EXCLUSIVE MODE", INSERT)


def test_uses_the_roles_it_is_given(empty: Database) -> None:
    run(empty.superuser, "CREATE ROLE house LOGIN PASSWORD 'house'", f"GRANT CREATE ON DATABASE {empty.name} TO house")
    with pytest.raises(UnsafeDatabase, match="no role till"):
        migrate(empty.role("house"), application="till")
    run(empty.superuser, "CREATE ROLE till LOGIN PASSWORD 'till'")
    assert migrate(empty.role("house"), application="till") == [one.step for one in migrations()]
    with psycopg.connect(empty.role("till"), autocommit=True) as connection:
        demand_rights(connection)
    assert "owns the schema log" in refused(empty.role("house"))


def test_sets_the_applications_password(empty: Database) -> None:
    migrate(empty.superuser, "counter", "it's me")
    with psycopg.connect(make_conninfo(empty.role("counter"), password="it's me"), autocommit=True) as connection:
        demand_rights(connection)


def test_tells_the_server_no_password_but_a_verifier(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    carry_out: Any = psycopg.Connection.execute

    def overheard(connection: Any, query: Any, *rest: Any, **more: Any) -> Any:
        said.append(query.as_string(connection) if isinstance(query, Composable) else str(query))
        return carry_out(connection, query, *rest, **more)

    monkeypatch.setattr(psycopg.Connection, "execute", overheard)
    migrate(empty.superuser, "teller", "open-sesame")
    assert any("SCRAM-SHA-256$" in statement for statement in said)
    assert not any("open-sesame" in statement for statement in said)


def test_that_was_not_taken_is_asked_for(guarded: Database, empty: Database) -> None:
    assert guarded.server is empty.server, "so the role exists"
    assert "milepost migrate" in refused(empty.application)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO log.migrations VALUES (99, 'x')",
        "UPDATE log.migrations SET digest = 'x' WHERE step = 1",
        "ALTER TABLE log.migrations DROP COLUMN digest",
    ],
)
def test_migration_of_another_release_is_refused_by_start_and_migrate(prepared: Database, statement: str) -> None:
    run(prepared.superuser, statement)
    assert "is of another release" in refused(prepared.application)
    with pytest.raises(UnsafeDatabase, match="is of another release"):
        migrate(prepared.superuser)


def test_refuses_a_start_as_superuser(guarded: Database) -> None:
    assert "is a superuser" in refused(guarded.superuser)


@pytest.mark.parametrize(
    ("statement", "because"),
    [
        ("GRANT DELETE ON log.outcomes TO milepost_app", "may change"),
        ("GRANT UPDATE (topic) ON log.events TO milepost_app", "may change"),
        ("GRANT TRIGGER ON log.events TO milepost_app", "may change"),
        ("GRANT CREATE ON SCHEMA log TO milepost_app", "may create in"),
        ("ALTER TABLE log.outcomes OWNER TO milepost_app", "owns"),
        ("ALTER TABLE log.events DISABLE TRIGGER demand_lock", "demand_lock on log.events"),
        ("ALTER TABLE log.events ENABLE TRIGGER refuse_change", "refuse_change on log.events"),
    ],
)
def test_refuses_a_start_where_the_log_is_not_safe(prepared: Database, statement: str, because: str) -> None:
    run(prepared.superuser, statement)
    assert because in refused(prepared.application)
