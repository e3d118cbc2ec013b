"""Writing: durable commands a second, beside what the same server gives to who does less."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from bench.ground import Ground
from bench.timing import in_turn, judged, medians, rate, times
from domain.commands import commands as commands_by_name
from milepost.log.command_outcome import CommandRequest
from milepost.log.writer import Writer
from tests.milepost.logs import Database, propose

CALLERS = (1, 16, 64)
PROJECTS = 200
ROUNDS, SECONDS = 5, 1.5
STATEMENT = "The old store can't be read while mail is moved."
Way = Callable[[int, int], object]
_numbers = count()


def commands(ground: Ground) -> dict[str, Any]:
    """Commands a second that are read, folded, decided and durable, one caller waiting for each.

    Over 200 projects, new ones in each round, and over a single one. Beside the library's bare recorder saving one
    event of the same bytes a transaction, and beside single-row INSERTs, each of as many threads.
    """
    with ExitStack() as stack:
        log = stack.enter_context(ground.log(of="writing"))
        writer = stack.enter_context(Writer(log))
        [project] = _proposed(writer, 1)
        line = log.stream(f"project-{project}")[-1].data
        save = stack.enter_context(_recorder(ground, line))
        insert = stack.enter_context(_inserts(ground.bare(), line))
        made: dict[str, Callable[[], Way]] = {
            "many_projects": lambda: _over(writer, PROJECTS),
            "one_project": lambda: _over(writer, 1),
            "eventsourcing": lambda: save,
            "single_inserts": lambda: insert,
        }
        measured = {str(callers): _at(ground, callers, made) for callers in CALLERS}
    at_most_callers = measured[str(max(CALLERS))]
    return {
        "callers": measured,
        "beside_eventsourcing_at_64": judged(at_most_callers["times_eventsourcing"], at_least=4.0),
        "beside_inserts_at_64": judged(at_most_callers["times_inserts"], at_least=0.5),
    }


def _over(writer: Writer, projects: int) -> Way:
    """Assess a new risk of one of so many new projects."""
    names = _proposed(writer, projects)
    called = commands_by_name()["assess-risk"]

    def assess(caller: int, n: int) -> None:
        asked = called.model_validate({"risk": f"r{caller}-{n}", "statement": STATEMENT})
        outcome = writer.execute(CommandRequest(f"project-{names[(caller * 37 + n) % projects]}", (asked,), "ada"))
        assert outcome.status == "accepted", outcome

    return assess


def _proposed(writer: Writer, projects: int) -> list[str]:
    names = [f"p{next(_numbers)}" for _ in range(projects)]
    for answer in [writer.submit(propose(name)) for name in names]:
        answer.result(60)
    return names


def _at(ground: Ground, callers: int, made: dict[str, Callable[[], Way]]) -> dict[str, Any]:
    def timed(make: Callable[[], Way]) -> Callable[[], float]:
        return lambda: rate(callers, ground.seconds(SECONDS), make())

    measured = in_turn(ROUNDS, {name: timed(make) for name, make in made.items()})
    ours = measured["many_projects"]
    return {
        "a_second": medians(measured),
        "times_eventsourcing": times(ours, measured["eventsourcing"]),
        "times_inserts": times(ours, measured["single_inserts"]),
    }


@contextmanager
def _recorder(ground: Ground, line: bytes) -> Generator[Way]:
    store = ground.datastore(ground.bare())
    recorder = PostgresApplicationRecorder(store, events_table_name="bare_events")
    recorder.create_table()

    def save(caller: int, n: int) -> None:
        recorder.insert_events([StoredEvent(f"project-{next(_numbers)}", 1, "risk.assessed/1", line)])

    yield save
    store.close()


@contextmanager
def _inserts(database: Database, line: bytes) -> Generator[Way]:
    with ExitStack() as stack:
        connections = [
            stack.enter_context(psycopg.connect(database.superuser, autocommit=True)) for _ in range(max(CALLERS))
        ]
        connections[0].execute("CREATE TABLE bare (id text, version bigint, kind text, line bytea)")
        cursors = [connection.cursor(binary=True) for connection in connections]

        def insert(caller: int, n: int) -> None:
            row = (f"project-{caller}-{n}", n, "risk.assessed/1", line)
            cursors[caller].execute("INSERT INTO bare VALUES (%b, %b, %b, %b)", row, prepare=True)

        yield insert
