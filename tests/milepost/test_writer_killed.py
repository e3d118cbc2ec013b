"""A writer that is killed under load."""

import subprocess
import sys
from pathlib import Path
from threading import Timer

from milepost.log.store import Log
from milepost.log.writer import Writer
from tests.milepost.log.test_writer import contiguous
from tests.milepost.logs import Database, log, prepared, propose

__all__ = ["log", "prepared"]
ROOT = Path(__file__).parents[2]
WRITERS, ANSWERS = 3, 150

LOAD = """
import sys
from threading import Thread
from milepost.log.store import Log
from milepost.log.writer import Writer
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


def start(prepared: Database, run: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", LOAD, prepared.application, str(run)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    watchdog = Timer(90, process.kill)
    watchdog.daemon = True
    watchdog.start()
    return process


def answered(process: "subprocess.Popen[str]", most: int) -> list[str]:
    """What a process was answered before it was killed in the midst of its work."""
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(most)]
    process.kill()
    lines += process.stdout.readlines()
    process.stdout.close()
    process.wait(30)
    return [line for line in lines if line.endswith("\n")]


def test_loses_nothing_that_it_answered(log: Log, prepared: Database) -> None:
    with Writer(log) as survivor:
        for caller in range(8):
            survivor.execute(propose(f"p{caller}"), 30)
        processes = [start(prepared, run) for run in range(WRITERS)]
        lines = [line for run, process in enumerate(processes) for line in answered(process, ANSWERS + run)]
        assert survivor.execute(propose("after"), 30).status == "accepted"
    assert len(lines) >= WRITERS * ANSWERS
    stored = {recorded.command: recorded for caller in range(8) for recorded in log.stream(f"project-p{caller}")}
    positions = {event.data: event.position for event in log.events()}
    for line in lines:
        command, status, version, position = line.split()
        recorded = stored[command]
        assert (status, int(version), int(position)) == ("accepted", recorded.version, positions[recorded.data])
    answers = {log.outcome("ada", line.split()[0]) for line in lines[:: max(1, len(lines) // 100)]}
    assert None not in answers
    assert contiguous(log)
