"""A full disk."""

import subprocess
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from milepost.embedded.postgres.server import Server, start
from milepost.log.command_outcome import CommandOutcome, CommandRequest, LogUnavailable
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.log.writer import Writer
from milepost.policies import default_policy
from milepost.web.problems import problem_of
from tests.milepost.log.test_writer import contiguous, once_reached
from tests.milepost.logs import Database, assess, migrated, propose
from tests.milepost.servers import until

CALLERS, LIMIT = 4, 60
MEGABYTE = 1024 * 1024
REFUSES = """
    CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
    CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON log.events EXECUTE FUNCTION public.refuse();
    """


class Disk:
    """The disk of a database; `fill` takes what is left of it, `free` gives that back."""

    def __init__(self, database: Database, mount: Path | None) -> None:
        self.database, self._mount = database, mount

    def fill(self) -> None:
        if self._mount is None:
            self._told(REFUSES)
            return
        with suppress(OSError), (self._mount / "filler").open("ab", buffering=0) as filler:
            while True:
                filler.write(bytes(MEGABYTE))

    def free(self) -> None:
        if self._mount is None:
            self._told("DROP FUNCTION public.refuse() CASCADE")
        else:
            (self._mount / "filler").unlink()

    def _told(self, statement: str) -> None:
        with psycopg.connect(self.database.superuser, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def mounted(folder: Path) -> Generator[bool]:
    """A small disk of its own in a folder; False where we may not mount one."""
    command = ["mount", "-t", "tmpfs", "-o", "size=128m,mode=755", "tmpfs", str(folder)]
    try:
        may = subprocess.run(command, stderr=subprocess.DEVNULL, timeout=LIMIT).returncode == 0
    except FileNotFoundError:
        may = False
    yield may
    if may:
        subprocess.run(["umount", str(folder)], check=True, timeout=LIMIT)


@pytest.fixture
def disk(folder: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    """A disk of its own; where we may not have one, a server that says what it says when there is no space left."""
    with mounted(folder) as may:
        if not may:
            server: Server = request.getfixturevalue("server")
            yield Disk(migrated(server), None)
            return
        with start(folder / "data", print) as server:
            yield Disk(migrated(server), folder)


def until_it_is_full(
    writer: Writer, caller: int, told: list[tuple[CommandRequest, CommandOutcome]]
) -> tuple[CommandRequest, Exception]:
    """Keep asking until it is refused; what was answered before goes to `told`."""
    for n in range(100_000):
        request = assess("pay", f"r{caller}-{n}", command=f"{caller}-{n}")
        try:
            told.append((request, writer.execute(request, LIMIT)))
        except LogUnavailable as error:
            return request, error
    raise AssertionError("it was never full")


def test_is_an_error_that_tears_nothing_and_heals(disk: Disk) -> None:
    log = Log(disk.database.application)
    open_log(log, "test/full", default_policy())
    answered: list[tuple[CommandRequest, CommandOutcome]] = []
    with Writer(log, retry_seconds=1.0) as writer, ThreadPoolExecutor(CALLERS) as pool:
        writer.execute(propose("pay"), LIMIT)
        asking = [pool.submit(until_it_is_full, writer, caller, answered) for caller in range(CALLERS)]
        until(lambda: len(answered) > 100, LIMIT)

        def full() -> bool:
            disk.fill()
            return all(one.done() for one in asking)

        until(full, LIMIT)
        refused = [one.result() for one in asking]
        assert {problem_of(error).status for _, error in refused} == {503}
        assert "No space left on device" in str(refused[0][1])
        assert log.head().position >= max(outcome.position for _, outcome in answered)
        disk.free()
        answered += [(request, once_reached(writer, request)) for request, _ in refused]
    stored = {recorded.command: recorded for recorded in log.stream("project-pay")}
    assert all(stored[str(request.command)].version == outcome.version for request, outcome in answered)
    assert len(stored) == len(answered) + 1
    assert contiguous(log)
    log.close()
