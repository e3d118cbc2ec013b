"""Commands on their way to the log: crashes, lost replies, contention, and who follows it meanwhile (rows A2 to A5)."""

import os
import random
import shutil
import signal
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event

import psycopg

from domain.codec import encode
from milepost.embedded.postgres.server import Server, start
from milepost.log.command_outcome import CommandOutcome, CommandRequest, LogUnavailable, VersionConflict
from milepost.log.open_log import open_log
from milepost.log.preconditions import Precondition
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from milepost.log.writer import Writer
from milepost.policies import default_policy
from tests.chaos.checker import Found, in_log, of_commands
from tests.chaos.field import Ground
from tests.chaos.row import Dose
from tests.chaos.row import Outcome as Tried
from tests.milepost.conftest import reachable
from tests.milepost.logs import Database, Proxy, assess, migrated, propose, risk
from tests.milepost.servers import ended, until
from tests.projections.histories import eventful

CALLERS, WRITERS, LIMIT = 8, 12, 60
UNHEARD: list[str] = []


@contextmanager
def _opened(database: Database) -> Generator[Log]:
    log = Log(database.application)
    open_log(log, "test/commands", default_policy())
    yield log
    log.close()


@dataclass
class Callers:
    """Several who each give batches of two commands to a project, and ask again by the same id until answered."""

    writer: Writer
    stop: Event = field(default_factory=Event)
    asked: dict[str, int] = field(default_factory=dict[str, int])
    answered: dict[str, int] = field(default_factory=dict[str, int])

    def work(self, caller: int) -> None:
        self._answer(
            CommandRequest(f"project-p{caller}", (propose(f"p{caller}").commands[0],), "ada", command=f"p{caller}")
        )
        for number in count():
            if self.stop.is_set():
                return
            name = f"c{caller}-{number}"
            self._answer(CommandRequest(f"project-p{caller}", (risk(name), risk(f"{name}-2")), "ada", command=name))

    def _answer(self, request: CommandRequest) -> None:
        command = request.command or ""
        self.asked[command] = len(request.commands)
        self.answered[command] = len(_settled(self.writer, request).events)


def _settled(writer: Writer, request: CommandRequest) -> CommandOutcome:
    while True:
        try:
            return writer.execute(request, LIMIT)
        except LogUnavailable:
            Event().wait(0.05)


def crashed(ground: Ground, dose: Dose) -> Tried:
    """PostgreSQL, or one of its processes, is killed under commands; each is asked again until it is answered."""
    folder = reachable()
    server = start(folder / "data", UNHEARD.append)
    with _opened(migrated(server)) as log, Writer(log) as writer, ThreadPoolExecutor(CALLERS) as pool:
        callers = Callers(writer)
        working = [pool.submit(callers.work, caller) for caller in range(CALLERS)]
        for number in range(dose.times):
            wanted = len(callers.answered) + 50
            until(lambda: len(callers.answered) >= wanted)  # noqa: B023 (called in this turn)
            server = (_killed_server if number % 2 else _killed_backend)(server)
        callers.stop.set()
        for one in working:
            one.result(LIMIT)
        found = in_log(log) + of_commands(log, callers.answered, callers.asked)
        found["false-conflict"] += sum(not events for events in callers.answered.values())
    server.stop()
    shutil.rmtree(folder)
    return Tried(found, {"commands": len(callers.asked)})


def _killed_server(server: Server) -> Server:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
    until(lambda: ended(server.pid))
    server.stop()
    return start(server.data, UNHEARD.append)


def _killed_backend(server: Server) -> Server:
    with psycopg.connect(server.superuser_url, autocommit=True) as superuser:
        row = superuser.execute("SELECT pid FROM pg_stat_activity WHERE query ~ 'log[.]' AND pid <> pg_backend_pid()")
        found = row.fetchone()
    if found:
        os.kill(found[0], signal.SIGKILL)
    return server


def replies_lost(ground: Ground, dose: Dose) -> Tried:
    """What a COMMIT says never arrives; the same command gets its one answer."""
    folder = reachable()
    proxy = Proxy(folder, ground.server)
    proxy.listen()
    database = migrated(ground.server)
    found, asked = Found(), {"p": 1}
    with _opened(database) as log:
        through = Log(proxy.way(database))
        with Writer(through) as writer:
            _settled(writer, propose("a", command="p"))
            for number in range(dose.times):
                proxy.lost.clear()
                proxy.lose_next_commit.set()
                answer = _settled(writer, assess("a", f"r{number}", command=f"c{number}"))
                found["false-conflict"] += (answer.status, answer.version) != ("accepted", number + 2)
                found["poll-skip"] += not proxy.lost.is_set()
                asked[f"c{number}"] = 1
        through.close()
        found += in_log(log) + of_commands(log, asked, asked)
    proxy.cut()
    proxy.listener.close()
    shutil.rmtree(folder)
    return Tried(found)


def contended(ground: Ground, dose: Dose) -> Tried:
    """Many write to one project, each at the version that they saw: whoever is late is told so, nothing is lost."""
    with _opened(migrated(ground.server)) as log, Writer(log) as writer, Writer(log) as another:
        writer.execute(propose("a"), LIMIT)
        with ThreadPoolExecutor(16) as pool:
            jobs = [(writer, another)[number % 2] for number in range(16)]
            each = [pool.submit(_increments, log, one, number, dose.times) for number, one in enumerate(jobs)]
            accepted = sum(job.result() for job in each)
        found = in_log(log)
        found["lost-write"] += accepted + 1 - len(log.stream("project-a"))
        return Tried(found, {"accepted": accepted, "told that they were late": 16 * dose.times - accepted})


def _increments(log: Log, writer: Writer, caller: int, times: int) -> int:
    accepted = 0
    for number in range(times):
        seen = _version(log)
        request = assess("a", f"r{caller}-{number}", expected=Precondition.at(seen))
        try:
            accepted += writer.execute(request, LIMIT).version == seen + 1
        except VersionConflict:
            continue
    return accepted


def _version(log: Log) -> int:
    with log.connect() as connection:
        asked = "SELECT max(originator_version) FROM log.events WHERE originator_id = 'project-a'"
        row = connection.execute(asked).fetchone()
    return int(row[0]) if row else 0


def followed(ground: Ground, dose: Dose) -> Tried:
    """Many write to the log side by side and hesitate before they commit, one is killed; who follows it misses none."""
    with _opened(migrated(ground.server)) as log, ThreadPoolExecutor(WRITERS + 1) as pool:
        done, seen = Event(), list[int]()
        reading = pool.submit(_follow, log, done, seen)
        writing = [pool.submit(_write, log, caller, dose.times) for caller in range(WRITERS)]
        for one in writing:
            one.result()
        done.set()
        reading.result(LIMIT)
        there = [event.position for event in log.events()]
        found = in_log(log)
        found["poll-skip"] += len(set(there) - set(seen))
        found["duplicate"] += len(seen) - len(set(seen))
        return Tried(found, {"events": len(there)})


def _follow(log: Log, done: Event, seen: list[int]) -> None:
    position = 0
    while True:
        last = done.is_set()
        if page := log.read_page(position, 500):
            seen += [event.position for event in page]
            position = page[-1].position
        elif last:
            return


def _write(log: Log, caller: int, times: int) -> None:
    data, chance = [encode(one) for one in eventful()], random.Random(caller)
    version = 0
    for number in range(times):
        size = chance.randrange(1, 20)
        lines = [(f"project-w{caller}", version + n, "risk.assessed/1", data[0]) for n in range(1, size + 1)]
        version += size * _committed(log, lines, chance.random() / 200, dies=(caller, number) == (0, times // 2))


def _committed(log: Log, lines: list[tuple[str, int, str, bytes]], hesitates: float, dies: bool) -> bool:
    """Whether these were written; one who dies does so in the midst of it."""
    with log.connect() as connection, connection.cursor(binary=True) as cursor:
        log.store.begin(cursor)
        row = cursor.execute("SELECT coalesce(max(notification_id), 0) FROM log.events").fetchone()
        assert row
        log.store.append(cursor, [LogEntry(row[0] + n, *line) for n, line in enumerate(lines, 1)])
        Event().wait(hesitates)
        if dies:
            connection.close()
            return False
        log.store.commit(cursor)
    return True
