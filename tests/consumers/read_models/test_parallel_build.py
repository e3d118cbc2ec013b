"""Rebuilding in parallel."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from consumers.event_log import ConsumerStopped, EventLog
from consumers.read_models.apply import UnknownKind
from consumers.read_models.batch_writer import Fenced
from consumers.read_models.build_state import read_states
from consumers.read_models.parallel_build import BuildLocked, Task, rebuild_in_parallel
from consumers.read_models.rebuild import begin_build, lock_builds
from consumers.read_models.tables import connect
from consumers.read_models.versions import being_built
from milepost.log.event_feed import LogFeed, open_event_log
from milepost.log.store import Log
from projections import projections
from tests.consumers.telling import Telling, by_fold, in_models
from tests.projections.histories import eventful
from tests.waiting import until

ROOT = Path(__file__).parents[3]
NAMES = tuple(projection.name for projection in projections())
BUILD = """
import sys
from functools import partial
from threading import Event
from consumers.read_models import build as building
from consumers.event_log import LogSource
from consumers.read_models.parallel_build import Task, rebuild_in_parallel
from milepost.log.event_feed import open_event_log
from projections import projections
write, building.PAGE = building._write, 20
building._write = lambda *given: (Event().wait(1), write(*given))
if __name__ == "__main__":
    conninfo, log, generation = sys.stdin.read().split("\\n")
    names = tuple(projection.name for projection in projections())
    rebuild_in_parallel(Task(conninfo, LogSource(log, int(generation)), partial(open_event_log, conninfo), names), 2)
"""


@pytest.fixture
def task(log: Log, feed: LogFeed, telling: Telling) -> Task:
    telling.tell({f"project-{n}": eventful() for n in range(8)})
    return Task(log.conninfo, feed.source, partial(open_event_log, log.conninfo), NAMES)


def test_parallel_build_writes_the_rows_that_a_fold_of_the_log_makes(log: Log, task: Task) -> None:
    reports: list[tuple[int, int]] = []
    until_ = rebuild_in_parallel(task, 2, lambda done, total: reports.append((done, total)), promoted=True)
    assert until_ == log.head().position
    assert in_models(log.conninfo) == by_fold(log)
    assert reports[-1] == (until_, until_)


def test_parallel_build_with_more_workers_than_streams_writes_each_row_once(log: Log, task: Task) -> None:
    rebuild_in_parallel(task, 12, promoted=True)
    assert in_models(log.conninfo) == by_fold(log)


def test_parallel_build_goes_on_in_as_many_ranges_as_it_had_after_it_was_killed(
    log: Log, feed: LogFeed, task: Task, tmp_path: Path
) -> None:
    program = tmp_path / "build.py"
    program.write_text(BUILD)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(program)], env=environment, stdin=subprocess.PIPE, text=True
    ) as building:
        assert building.stdin
        building.stdin.write(f"{log.conninfo}\n{feed.source.log}\n{feed.source.generation}")
        building.stdin.close()
        until(lambda: built(log) > 0, "a page is written")
        building.send_signal(signal.SIGKILL)
        building.wait(30)
    before = built(log)
    reports: list[tuple[int, int]] = []
    rebuild_in_parallel(task, 3, lambda done, total: reports.append((done, total)), promoted=True)
    assert reports[0][0] >= before > 0
    assert in_models(log.conninfo) == by_fold(log)


def built(log: Log) -> int:
    """How many events an unfinished building has taken in."""
    with connect(log.conninfo) as connection:
        row = connection.execute("SELECT to_regclass('models.builds') IS NOT NULL AS there").fetchone()
        if not row or not row["there"]:
            return 0
        found = connection.execute(
            "SELECT coalesce(sum(events), 0)::int AS n, count(*) AS parts FROM models.builds"
            " WHERE model = 'projects_v2_1'"
        ).fetchone()
        assert found
        assert found["parts"] in (0, 2)
        return int(found["n"])


def test_parallel_build_is_refused_while_another_program_builds(log: Log, task: Task) -> None:
    with connect(log.conninfo) as other:
        assert lock_builds(other, projections()[:1])
        with pytest.raises(BuildLocked, match="another program builds some of these"):
            rebuild_in_parallel(task, 2)


def test_parallel_build_raises_what_a_worker_failed_with(log: Log, task: Task, telling: Telling) -> None:
    telling.store(("project-0", 999, "tea.made/1", b'{"type":"milepost.tea.made.v1"}'))
    with pytest.raises(UnknownKind, match="a newer release wrote it"):
        rebuild_in_parallel(task, 2)


@contextmanager
def ended_in_every_worker(conninfo: str, parent: int) -> Generator[EventLog]:
    """An archive for who asks first; a worker that opens it ends without a word, and as if all were well."""
    if os.getpid() != parent:
        os._exit(0)
    with open_event_log(conninfo) as archive:
        yield archive


def test_parallel_build_is_not_done_before_every_worker_has_sent_that_it_is(log: Log, task: Task) -> None:
    silent = replace(task, opener=partial(ended_in_every_worker, log.conninfo, os.getpid()))
    with pytest.raises(ConsumerStopped, match="died with code 0: start it again"):
        rebuild_in_parallel(silent, 2, promoted=True)


@contextmanager
def late_in_every_worker(conninfo: str, parent: int) -> Generator[EventLog]:
    """An archive for who asks first; before a worker looks, another program begins all read models anew."""
    with open_event_log(conninfo) as archive:
        if os.getpid() != parent:
            with connect(conninfo) as connection:
                begin_build(connection, archive.source, archive, projections(), 2)
        yield archive


def test_parallel_build_discards_nothing_that_another_program_has_begun_meanwhile(log: Log, task: Task) -> None:
    late = replace(task, opener=partial(late_in_every_worker, log.conninfo, os.getpid()), names=("projects",))
    with pytest.raises(Fenced, match="another program"):
        rebuild_in_parallel(late, 1)
    with connect(log.conninfo) as connection:
        models = being_built(connection, projections())
        assert [state.part for state in read_states(connection, models, task.source)] == [0, 1]
    rebuild_in_parallel(task, 2, promoted=True)
    assert in_models(log.conninfo) == by_fold(log)
