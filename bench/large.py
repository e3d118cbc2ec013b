"""Measures what takes long: a log of 1,000,000 events, built anew, published by three brokers to three projectors.

`python -m bench.large [--events N] [--folder FOLDER] [--again] [FIGURE …]`. Log, brokers and figures are kept in
the folder, and whatever was interrupted goes on from there; what is measured already is measured again only if asked.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from itertools import count
from multiprocessing import active_children
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import history
from bench.ground import copied_into, say
from bench.memory import Peak, share_of
from bench.projecting import heard, members
from bench.timing import judged, seconds
from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import read_relay_state
from consumers.kafka.relay import Relay
from consumers.read_models.parallel_build import Task, rebuild_in_parallel
from consumers.read_models.tables import Model, connect
from domain.event import Recorded
from milepost.app import garbage_collection
from milepost.app.settings import Settings
from milepost.embedded.kafka.broker_cluster import Brokers as Cluster
from milepost.embedded.kafka.broker_cluster import start as kafka
from milepost.embedded.postgres.server import Server, start
from milepost.log.event_feed import LogFeed, open_event_log
from milepost.log.migrate import APPLICATION, migrate
from milepost.log.open_log import open_log
from milepost.log.store import Log
from milepost.policies import default_policy
from projections import projections
from tests.brokers import JARS
from tests.conftest import START
from tests.consumers.ways import emptied
from tests.milepost.cli.processes import Running as Program
from tests.milepost.cli.processes import running as program
from tests.waiting import running, until

EVENTS, BROKERS, PROJECTORS, TAKEOVERS = 1_000_000, 3, 3, 3
TOPIC = "bench.large"
LIMIT = 3_600.0
_STEP = history.LIFE_EVENTS * history.AT_ONCE

Figure = Callable[["Kept"], dict[str, Any]]


class Kept:
    """What is kept in the folder: the log on a server of its own, the brokers, and the figures so far."""

    def __init__(self, folder: Path, server: Server, events: int) -> None:
        self.server, self.events = server, events
        self._folder, self._noted = folder, folder / "figures.json"
        migrate(server.superuser_url, password=server.password(APPLICATION))
        self.log = Log(server.application_url)

    @contextmanager
    def cluster(self) -> Generator[Cluster]:
        with kafka(self._folder / "kafka", JARS, say, BROKERS) as cluster:
            yield cluster

    @cached_property
    def _lived(self) -> list[Recorded]:
        return history.life(default_policy())

    def lengthen(self) -> None:
        """Let some more projects live, all of them or none."""
        log, position = self.log.identity().id, self.log.head().position
        copied_into(self.server.superuser_url, history.copies(self._lived, log, _STEP, position))

    def figures(self) -> dict[str, Any]:
        return json.loads(self._noted.read_text()) if self._noted.exists() else {}

    def note(self, figures: dict[str, Any]) -> None:
        self._noted.write_text(json.dumps(figures, indent=2))


def filled(kept: Kept) -> dict[str, Any]:
    """The log, filled with whole lives of projects; a portion is there or it isn't."""
    if not kept.log.head().position:
        open_log(kept.log, "bench", default_policy(), clock=lambda: START)
    began, first = monotonic(), kept.log.head().position
    with _bar("filling the log", kept.events) as report:
        while (position := kept.log.head().position) < kept.events:
            kept.lengthen()
            report(position)
    return {"events": kept.log.head().position, **_rate(kept.log.head().position - first, monotonic() - began)}


def rebuilt(kept: Kept) -> dict[str, Any]:
    """All read models built anew by a process on each core; the memory of each as it is while that goes on."""
    feed, names = LogFeed(kept.log), tuple(projection.name for projection in projections())
    task = Task(kept.log.conninfo, feed.source, partial(open_event_log, kept.log.conninfo), names)
    first: list[int] = []
    memory: list[tuple[int, float]] = []
    with _bar("building the read models anew", kept.log.head().position) as report:

        def note(done: int, total: int) -> None:
            first[:] = first or [done]
            memory.extend((done, share_of(worker.pid)) for worker in active_children() if worker.pid)
            report(done)

        began = monotonic()
        events = rebuild_in_parallel(task, os.cpu_count() or 1, note, promoted=True)
        took = monotonic() - began
    early, late = _megabytes(memory, 0.2, 0.4, events), _megabytes(memory, 0.7, 0.95, events)
    return {
        **_rate(events - first[0], took),
        "worker_megabytes_at_a_third": early,
        "worker_megabytes_at_the_end": late,
        "memory_grows_to": judged(round(late / early, 3), at_most=1.25),
    }


def relayed(kept: Kept) -> dict[str, Any]:
    """The whole log published to a topic that is kept three times, each record acknowledged by all."""
    feed, head = LogFeed(kept.log), kept.log.head().position
    with kept.cluster() as cluster, connect(kept.log.conninfo) as connection, _bar("carrying", head) as report:
        relay = Relay(kept.log.conninfo, KafkaClients(cluster.bootstrap, TOPIC), feed, BROKERS, "bench")
        first = _carried(connection, feed)

        def done() -> bool:
            report(_carried(connection, feed))
            return _reaches(connection, feed, head)

        with running(relay.run):
            until(lambda: relay.active, "the relay is active", LIMIT)
            took = seconds(lambda: until(done, "all is carried", LIMIT))
    return {"brokers": BROKERS, **_rate(head - first, took)}


def taken_over(kept: Kept) -> dict[str, Any]:
    """Seconds from the kill of the active relay until its standby has published what came next, several times over."""
    took: list[float] = []
    with kept.cluster() as cluster, connect(kept.log.conninfo) as connection, _relays(kept, cluster) as another:
        active, feed = another(), LogFeed(kept.log)
        until(partial(_reaches, connection, feed, kept.log.head().position), "all is carried", LIMIT)
        for _ in range(TAKEOVERS):
            standby, head = another(), kept.log.head().position
            active.process.kill()
            began = monotonic()
            kept.lengthen()
            until(partial(_reaches, connection, feed, head + 1), "what came next is carried", LIMIT)
            took.append(monotonic() - began)
            active = standby
    return {
        "events": kept.log.head().position,
        "median": judged(round(median(took), 1), at_most=10),
        "each": [round(one, 1) for one in took],
    }


@contextmanager
def _relays(kept: Kept, cluster: Cluster) -> Generator[Callable[[], Program]]:
    """Starts one relay after the other, each a process that says that it runs."""
    settings = {
        "MILEPOST_DATABASE_URL": kept.log.conninfo,
        "MILEPOST_KAFKA_BOOTSTRAP": cluster.bootstrap,
        "MILEPOST_KAFKA_TOPIC": TOPIC,
        "MILEPOST_KAFKA_REPLICAS": str(BROKERS),
    }
    with TemporaryDirectory() as folder, ExitStack() as ending:
        journals = (Path(folder, f"{number}.jsonl") for number in count())
        yield lambda: ending.enter_context(program(next(journals), "relay", **settings))


def projected(kept: Kept) -> dict[str, Any]:
    """Rows of all read models by three projectors that share three brokers' topic, and what all of it takes."""
    models = [Model(projection) for projection in projections()]
    wanted, peak = len(models) * kept.log.head().position, Peak()
    with kept.cluster() as cluster, connect(kept.log.conninfo) as connection, _bar("projecting", wanted) as report:
        for model in models:
            emptied(connection, kept.log, model)
        java = [pid for number in range(1, BROKERS + 1) if (pid := cluster.pid(number))]
        with members(kept.log, KafkaClients(cluster.bootstrap, TOPIC), PROJECTORS) as pids:

            def done() -> bool:
                peak.note(projectors=pids, brokers=java, postgres=[kept.server.pid or 0])
                report(heard(connection, *models))
                return heard(connection, *models) >= wanted

            until(lambda: heard(connection, *models) > 0, "the first events are rows", LIMIT)
            first = heard(connection, *models)
            took = seconds(lambda: until(done, "all events are rows", LIMIT))
    rate = _rate((wanted - first) // len(models), took)
    return {"brokers": BROKERS, "projectors": PROJECTORS, **rate, "peak_megabytes": peak.megabytes}


def _carried(connection: psycopg.Connection[Any], feed: LogFeed) -> int:
    try:
        return read_relay_state(connection, str(feed.source)).position
    except psycopg.errors.UndefinedTable:  # the relay makes it
        return 0


def _reaches(connection: psycopg.Connection[Any], feed: LogFeed, position: int) -> bool:
    return _carried(connection, feed) >= position


def _rate(events: int, took: float) -> dict[str, Any]:
    return {"measured_events": events, "seconds": round(took, 1), "events_a_second": round(events / took, 1)}


def _megabytes(memory: list[tuple[int, float]], after: float, before: float, events: int) -> float:
    return round(median(found for done, found in memory if after * events <= done <= before * events and found), 1)


@contextmanager
def _bar(what: str, total: int) -> Generator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


FIGURES: tuple[Figure, ...] = (filled, rebuilt, relayed, taken_over, projected)


def main() -> None:
    parser = argparse.ArgumentParser("bench.large", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="how long the log is at least")
    parser.add_argument("--folder", type=Path, default=Settings().data.with_name("bench"), help="where all of it is")
    parser.add_argument("--again", action="store_true", help="measure anew what is measured already")
    by_name = {figure.__name__: figure for figure in FIGURES}
    parser.add_argument("figures", nargs="*", choices=[[], *by_name], help="only these")
    asked = parser.parse_args()
    garbage_collection.seldom()  # as in every process of Milepost
    asked.folder.mkdir(parents=True, exist_ok=True)
    with start(asked.folder / "data", say) as server:
        kept = Kept(asked.folder, server, asked.events)
        figures = {} if asked.again else kept.figures()
        for name in asked.figures or by_name:
            if name not in figures:
                what = " ".join((by_name[name].__doc__ or "").split())
                figures[name] = {"what": what, **by_name[name](kept)}
                kept.note(figures)
        kept.log.close()
    json.dump({"processors": os.cpu_count(), "figures": figures}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
