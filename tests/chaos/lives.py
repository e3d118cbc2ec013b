"""Lives: relays and projectors as processes of their own, which may be killed and paused.

They are forked from one that has imported everything, for all fields, so that a life costs no start of an interpreter.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import consumers.kafka.lease
import consumers.kafka.relay
from consumers.kafka.relay import Relay
from consumers.kafka.topic_follower import follow_topic
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.chaos.field import Field, Hasty

ROOT = Path(__file__).parents[2]
FORK = "from tests.chaos.lives import fork; fork()"


def fork() -> None:
    """Begin a life for each line that says one, and say its process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that who ends is gone
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            told = json.loads(line)
            _ROLES[told.pop("role")](told)
            os._exit(0)
        print(child, flush=True)


def _relay(told: dict[str, Any]) -> None:
    for module in (consumers.kafka.lease, consumers.kafka.relay):
        vars(module)["TERM_SECONDS"] = told["term"]
    log = Log(told["conninfo"])
    brokers, me = Hasty(**told["brokers"]), str(os.getpid())
    Relay(log.conninfo, brokers, LogFeed(log), replicas=told["replicas"], owner=me).run(_until_terminated())


def _projectors(told: dict[str, Any]) -> None:
    log = Log(told["conninfo"])
    feed = LogFeed(log)
    members = [follow_topic(log.conninfo, feed.source, feed, Hasty(**told["brokers"]), [one]) for one in projections()]
    stop = _until_terminated()
    threads = [Thread(target=member.run, args=(stop,)) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _until_terminated() -> Event:
    stop = Event()

    def end(_signal: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    return stop


_ROLES: dict[str, Callable[[dict[str, Any]], None]] = {"relay": _relay, "projectors": _projectors}


@dataclass
class Lives:
    """Begins lives on a field, and ends them."""

    field_: Field
    term: float
    replicas: int
    living: list[int] = field(default_factory=list[int])

    def relay(self) -> int:
        return self._begun("relay", term=self.term, replicas=self.replicas)

    def projectors(self) -> int:
        """A process that keeps up every read model."""
        return self._begun("projectors")

    def kill(self, pid: int) -> None:
        self.living.remove(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGKILL)

    def end(self, pid: int) -> None:
        """Tell it to stop."""
        self.living.remove(pid)
        os.kill(pid, signal.SIGTERM)

    def pause(self, pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)

    def wake(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def _begun(self, role: str, **more: Any) -> int:
        brokers = self.field_.brokers
        reached = {"bootstrap": brokers.bootstrap, "topic": brokers.topic, "security": dict(brokers.security)}
        told = {"role": role, "conninfo": self.field_.log.conninfo, "brokers": reached, **more}
        forks = self.field_.ground.forks
        assert forks.stdin
        assert forks.stdout
        forks.stdin.write(json.dumps(told) + "\n")
        forks.stdin.flush()
        pid = int(forks.stdout.readline())
        self.living.append(pid)
        return pid


@contextmanager
def forking() -> Generator["subprocess.Popen[str]"]:
    """The process that lives are forked from."""
    command = [sys.executable, "-c", FORK]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as forks:
        try:
            yield forks
        finally:
            forks.kill()


@contextmanager
def lives(field_: Field, term: float = 1.5, replicas: int = 1) -> Generator[Lives]:
    """Lives that end with this; `term` are the seconds after which a relay that is gone is missed."""
    made = Lives(field_, term, replicas)
    try:
        yield made
    finally:
        for pid in list(made.living):
            made.kill(pid)
