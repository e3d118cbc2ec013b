"""A writer that is killed under load."""

import subprocess
import sys
from pathlib import Path
from threading import Timer

from milepost.log import Log
from milepost.writer import Writer
from tests.milepost.logs import Database, database, log, propose
from tests.milepost.test_writer import contiguous

__all__ = ["database", "log"]
ROOT = Path(__file__).parents[2]
KILLS = 4
ANSWERS = 150

LOAD = """
import sys
from threading import Thread
from milepost.log import Log
from milepost.writer import Writer
from tests.milepost.logs import assess, propose

conninfo, run = sys.argv[1:]
writer = Writer(Log(conninfo))

def work(caller):
    for n in range(100_000):
        request = assess(f"p{caller}", f"r{run}-{n}", command=f"{run}-{caller}-{n}")
        outcome = writer.execute(request)
        sys.stdout.write(f"{request.command} {outcome.status} {outcome.version} {outcome.position}\\n")
        sys.stdout.flush()

for caller in range(8):
    Thread(target=work, args=(caller,)).start()
"""


def answered(database: Database, run: int, ready: Writer) -> list[str]:
    """What a process was answered before it was killed in the midst of its work, beside another writer."""
    command = [sys.executable, "-c", LOAD, database.application, str(run)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        watchdog = Timer(60, process.kill)
        watchdog.start()
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(ANSWERS + run)]
        beside = [ready.submit(propose(f"beside-{run}-{n}")) for n in range(10)]
        process.kill()
        lines += process.stdout.readlines()
        watchdog.cancel()
    assert {future.result(30).status for future in beside} == {"accepted"}
    return [line for line in lines if line.endswith("\n")]


def test_loses_nothing_that_it_answered(log: Log, database: Database) -> None:
    with Writer(log) as writer:
        for caller in range(8):
            writer.execute(propose(f"p{caller}"), 30)
        lines = [line for run in range(KILLS) for line in answered(database, run, writer)]
    assert len(lines) >= KILLS * ANSWERS
    stored = {recorded.command: recorded for caller in range(8) for recorded in log.stream(f"project-p{caller}")}
    positions = {event.data: event.position for event in log.events()}
    for line in lines:
        command, status, version, position = line.split()
        recorded = stored[command]
        assert (status, int(version), int(position)) == ("accepted", recorded.version, positions[recorded.data])
        assert log.outcome("ada", command) is not None
    assert contiguous(log)
