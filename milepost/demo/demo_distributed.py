"""The demonstration in its parts: every part of the distributed way a process of its own, on one machine."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from io import FileIO
from pathlib import Path
from time import monotonic, sleep

from milepost.app.bootstrap import open_or_create_database, open_or_create_service
from milepost.app.settings import Settings
from milepost.cli.output import Failed, print_lines, say
from milepost.cli.shutdown import BEAT_SECONDS, Stopped
from milepost.cli.simulate import demonstrate
from milepost.embedded.file_locks import take
from milepost.embedded.kafka.broker_cluster import start

ENDING_SECONDS, PATIENCE_SECONDS = 20.0, 45.0
LONGEST_TOLD = 2_000
PARTS = (
    ("relay", ("relay",)),
    ("projectors-1", ("project",)),
    ("projectors-2", ("project",)),
    ("webhooks", ("webhook", "deliver")),
    ("api", ("serve",)),
)
"""What runs, in the order in which it is started, and the command of each."""


@dataclass(frozen=True)
class Part:
    """A process of ours, and the file that holds what it tells."""

    name: str
    process: "subprocess.Popen[str]"
    journal: Path

    def announced(self) -> str:
        """The line that it prints once it runs. Raises `Stopped` where it ends instead."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(ENDING_SECONDS)
        self.demand_running()
        return line.strip()

    def demand_running(self) -> None:
        if (code := self.process.poll()) is not None:
            told = self.journal.read_text(errors="replace")[-LONGEST_TOLD:].strip()
            raise Stopped(f"{self.name} has stopped with code {code}; {self.journal} ends so:\n{told}")


def demonstrate_in_parts(settings: Settings, log_name: str) -> None:
    """Run all parts on data of their own, beside yours, until we are stopped or one of them ends."""
    folder = settings.data.with_name("demo-kafka").resolve()
    settings = Settings(
        data=folder / "data", kafka_data=folder / "kafka", kafka_jars=settings.kafka_jars, log_name=log_name,
        host=settings.host, port=settings.port, origin=settings.origin,
    )  # fmt: skip
    with ExitStack() as stack:
        alone = stack.enter_context(_alone(folder))
        stack.enter_context(open_or_create_database(settings, say))
        brokers = start(settings.kafka_data, settings.kafka_jars, say)
        stack.callback(brokers.stop)
        settings = replace(settings, kafka_bootstrap=brokers.bootstrap, kafka_replicas=1)
        with open_or_create_service(settings, say) as service:
            demonstrate(service)
        parts = stack.enter_context(_running(settings, folder / "journals", alone))
        announced = [part.announced() for part in parts]
        print_lines(_told(settings, parts, announced[-1].rsplit(" ", 1)[-1]))
        while True:
            for part in parts:
                part.demand_running()
            sleep(BEAT_SECONDS)


def _alone(folder: Path) -> FileIO:
    """A lock that the parts hold with us, so those of one who was killed are waited for. Raises `Failed`."""
    folder.mkdir(parents=True, exist_ok=True)
    lock, until = folder / "parts.lock", monotonic() + PATIENCE_SECONDS
    lock.touch()
    while (taken := take(lock, fcntl.LOCK_EX)) is None:
        if monotonic() > until:
            raise Failed(f"Another demonstration runs in {folder}: stop that first.")
        sleep(BEAT_SECONDS)
    return taken


@contextmanager
def _running(settings: Settings, journals: Path, alone: FileIO) -> Generator[list[Part]]:
    journals.mkdir(exist_ok=True)
    parts: list[Part] = []
    try:
        for name, command in PARTS:
            parts.append(_started(name, command, settings, journals / f"{name}.jsonl", alone))
        yield parts
    finally:
        _end([part.process for part in parts])


def _started(name: str, command: Sequence[str], settings: Settings, journal: Path, alone: FileIO) -> Part:
    program = [sys.executable, "-m", "milepost.demo.child_process", *command]
    with journal.open("w") as telling:
        process = subprocess.Popen(
            program, env=_environment(settings, name), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=telling,
            text=True, pass_fds=(alone.fileno(),),
            start_new_session=True,  # a terminal asks us alone to stop, and we stop the parts in order
        )  # fmt: skip
    return Part(name, process, journal)


def _environment(settings: Settings, name: str) -> dict[str, str]:
    """The environment in which these settings hold, and no others; traces tell a part by its name."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    given = {one.name: getattr(settings, one.name) for one in fields(settings)}
    set_ = {f"MILEPOST_{setting.upper()}": str(value) for setting, value in given.items() if value != ""}
    return kept | set_ | {"OTEL_SERVICE_NAME": f"milepost-{name}"}


def _end(processes: Sequence["subprocess.Popen[str]"]) -> None:
    for process in processes:
        process.terminate()
    until = monotonic() + ENDING_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, until - monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _told(settings: Settings, parts: Sequence[Part], address: str) -> str:
    of = {part.name: part.process.pid for part in parts}
    return "\n".join(
        (
            f"Milepost is at {address} (process {of['api']}), in parts:",
            f"  relay       process {of['relay']}, from the log to the topic {settings.kafka_topic}",
            f"  projectors  processes {of['projectors-1']} and {of['projectors-2']}, each for every read model",
            f"  webhooks    process {of['webhooks']}, to the addresses that `milepost webhook add` names",
            f"  Kafka       {settings.kafka_bootstrap}, in {settings.kafka_data}",
            f"  PostgreSQL  in {settings.data}; what the parts tell is in {parts[0].journal.parent}",
            "Ask how far each is, or all that is looked after:",
            f"  export MILEPOST_DATA={settings.data} MILEPOST_KAFKA_BOOTSTRAP={settings.kafka_bootstrap}",
            "  .venv/bin/milepost lag; .venv/bin/milepost projections list; .venv/bin/milepost doctor",
            f"Stop all of it with Ctrl-C; delete {settings.data.parent} to begin anew.",
        )
    )
