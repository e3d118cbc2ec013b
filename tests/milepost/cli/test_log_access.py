"""Which commands may create a log: those that are named here, and no other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson
import psycopg
import pytest

from domain.commands import commands
from milepost.embedded.postgres.cluster import SUPERUSER
from milepost.embedded.postgres.server import start
from tests.domain.examples import example_command
from tests.milepost.cli.command_tree import every
from tests.milepost.cli.conftest import Run, Said, here
from tests.milepost.logs import Database, prepared

__all__ = ["prepared"]

Name = tuple[str, ...]
CREATING: frozenset[Name] = frozenset({
    ("serve",), ("demo",), ("simulate",), ("import",), ("log", "open"), ("log", "load"), ("migrate",),
})  # fmt: skip
"""What may create a log, or the schemas that one needs."""

WITHOUT_LOG: frozenset[Name] = frozenset({
    ("verify",), ("catalogue",), ("kafka", "start"), ("kafka", "stop"), ("kafka", "status"),
})  # fmt: skip
"""What works without a log, and looks for none."""

VALUES = {"name": "hook", "url": "https://127.0.0.1:1/", "file": "-", "what": "project-pay-1", "names": "projects"}
"""A value for each argument that commands ask for, by its name."""


COMMANDS = dict(every())
EXISTING = sorted(COMMANDS.keys() - CREATING - WITHOUT_LOG)
"""All the others: each needs a log that exists."""


def arguments(name: Name) -> Sequence[str]:
    """What a command asks for, filled in so that nothing but the missing log can stop it."""
    command, given = COMMANDS[name], list[str]()
    known = commands().get(name[0]) if len(name) == 1 else None
    fields: dict[str, Any] = example_command(known).model_dump(mode="json") if known else {}
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            given.append(VALUES.get(parameter.name or "", "pay-1"))
        elif parameter.required:
            value = fields[parameter.name or ""]
            given += [parameter.opts[0], value if isinstance(value, str) else orjson.dumps(value).decode()]
    return given


def ask(name: Name, **environment: str) -> Said:
    kafka = {"MILEPOST_KAFKA_BOOTSTRAP": "127.0.0.1:1"} if name in (("relay",), ("project",)) else {}
    return here(*name, *arguments(name), **kafka, **environment)


def test_sorts_commands_that_exist() -> None:
    assert COMMANDS.keys() >= CREATING | WITHOUT_LOG
    assert not CREATING & WITHOUT_LOG
    assert {("projects",), ("why",), ("propose-project",), ("relay",), ("webhook", "list")} <= set(EXISTING)


@pytest.mark.parametrize("name", EXISTING, ids=" ".join)
def test_refuses_a_mistyped_data_folder_and_creates_nothing(name: Name, tmp_path: Path) -> None:
    data = tmp_path / "mistyped" / "data"
    told = ask(name, MILEPOST_DATA=str(data))
    assert told.code == 2, told
    sentence = f"there is no log in {data}: check MILEPOST_DATA, or create one there with `milepost log open`"
    assert sentence in " ".join((told.out + told.error).split()).replace("│", ""), told
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_trial_of_an_import_without_a_log(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "history.jsonl"
    file.touch()
    told = here("import", str(file), "--mapping", "examples/kep.toml", "--dry-run", MILEPOST_DATA=str(data))
    assert (told.code, "there is no log in" in told.error) == (2, True), told
    assert not data.exists()


@pytest.mark.parametrize("inside", [(), ("report.txt",), ("alive.lock", "users.lock")], ids=["empty", "other", "begun"])
def test_refuses_a_folder_without_a_database_and_leaves_it_as_it_is(inside: Sequence[str], tmp_path: Path) -> None:
    for name in inside:
        (tmp_path / name).touch()
    tmp_path.chmod(0o755)
    told = here("projects", MILEPOST_DATA=str(tmp_path))
    assert (told.code, f"there is no log in {tmp_path}:" in told.error) == (2, True), told
    assert {path.name for path in tmp_path.iterdir()} == set(inside)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_refuses_an_embedded_database_without_a_log_and_writes_nothing_to_it(made: Path) -> None:
    told = here("export", "-", MILEPOST_DATA=str(made))
    assert (told.code, told.out, f"there is no log in {made}:" in told.error) == (2, "", True), told
    with start(made, print) as server, psycopg.connect(server.superuser_url) as connection:
        assert connection.execute("SELECT to_regnamespace('log')").fetchone() == (None,)


def test_refuses_an_embedded_server_without_a_database_and_creates_none(made: Path) -> None:
    with (
        start(made, print) as server,
        psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection,
    ):
        connection.execute("DROP DATABASE milepost")
        told = here("projects", MILEPOST_DATA=str(made))
        assert (told.code, f"there is no log in {made}:" in told.error) == (2, True), told
        assert connection.execute("SELECT FROM pg_database WHERE datname = 'milepost'").fetchone() is None


def test_refuses_a_database_without_a_log_and_writes_nothing_to_it(prepared: Database) -> None:
    before = rows(prepared)
    alike = {(name,) for name in commands().keys() - {"propose-project"}}  # the commands of the domain share one opener
    for name in (name for name in EXISTING if name not in alike):
        told = ask(name, MILEPOST_DATABASE_URL=prepared.application)
        assert told.code == 2, (name, told)
        sentence = "there is no log in the database of MILEPOST_DATABASE_URL: check that address, or create one there"
        assert sentence in " ".join((told.out + told.error).split()), (name, told)
    assert rows(prepared) == before


def rows(database: Database) -> dict[str, int]:
    """Every table that is not PostgreSQL's own, and how many rows it has."""
    with psycopg.connect(database.superuser) as connection:
        tables = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone() for (name,) in tables}
    return {name: found[0] for name, found in counts.items() if found}


def test_opens_a_log_once_where_there_is_none(prepared: Database) -> None:
    setting = {"MILEPOST_DATABASE_URL": prepared.application, "MILEPOST_LOG_NAME": "test/once"}
    first, again = here("log", "open", "--json", **setting), here("log", "open", "--json", **setting)
    assert (first.code, again.code, first.json["name"], first.json) == (0, 0, "test/once", again.json)
    assert here("projects", "--json", **setting).json["position"] == 2
    told = here("projects", **setting | {"MILEPOST_LOG_NAME": "test/other"})
    assert (told.code, "named test/once and not test/other" in told.error) == (2, True)


@pytest.mark.parametrize("command", ["projects", "export", "lag"])
def test_refuses_a_log_of_another_revision(command: str, milepost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.log.store.REVISION", 99)
    told = milepost(*(command, "-") if command == "export" else (command,))
    assert (told.code, told.out) == (2, "")
    assert "this release reads revision 99" in told.error
