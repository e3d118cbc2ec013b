"""Writing: durable commands a second, beside what the same server gives to who does less."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from milepost.writer import Writer
from tests.bench.ground import Ground
from tests.bench.timing import in_turn, judged, medians, rate, times
from tests.milepost.logs import Database, assess, propose

CALLERS = (1, 16, 64)
PROJECTS = 200
ROUNDS, SECONDS = 5, 1.5
Way = Callable[[int, int], object]
_numbers = count()


def commands(ground: Ground) -> dict[str, Any]:
    """Commands a second that are read, folded, decided and durable, one caller waiting for each.

    Beside the library's bare recorder saving one event of the same bytes a transaction, and beside single-row INSERTs,
    each of as many threads with a connection of its own where it takes one.
    """
    with ExitStack() as stack:
        log = stack.enter_context(ground.log(of="writing"))
        writer = stack.enter_context(Writer(log))
        proposed = [writer.submit(propose(f"p{n}")) for n in range(PROJECTS)]
        line = log.stream(proposed[-1].result(60).stream)[-1].data
        ways: dict[str, Way] = {
            "many_projects": lambda caller, n: _assess(writer, f"p{(caller * 37 + n) % PROJECTS}"),
            "one_project": lambda caller, n: _assess(writer, "p0"),
            "eventsourcing": stack.enter_context(_recorder(ground, line)),
            "single_inserts": stack.enter_context(_inserts(ground.bare(), line)),
        }
        measured = {str(callers): _at(ground, callers, ways) for callers in CALLERS}
    at_most_callers = measured[str(max(CALLERS))]
    return {
        "callers": measured,
        "beside_eventsourcing_at_64": judged(at_most_callers["times_eventsourcing"], at_least=4.0),
        "beside_inserts_at_64": judged(at_most_callers["times_inserts"], at_least=0.5),
    }


def _assess(writer: Writer, project: str) -> None:
    outcome = writer.execute(assess(project, f"r{next(_numbers)}"))
    assert outcome.status == "accepted", outcome


def _at(ground: Ground, callers: int, ways: dict[str, Way]) -> dict[str, Any]:
    def timed(way: Way) -> Callable[[], float]:
        return lambda: rate(callers, ground.seconds(SECONDS), way)

    measured = in_turn(ROUNDS, {name: timed(way) for name, way in ways.items()})
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
