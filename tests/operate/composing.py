"""What docker-compose.yml says, carried out by processes of this machine: its commands, environment, order and checks.

What differs is where things are: a container's address or path is replaced by what stands for it here.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.milepost.servers import until

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
_VALUE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
_SECONDS = 120


class Missing(Exception):
    """A value that the file demands isn't given. Says which, as Compose does."""


def stage() -> list[str]:
    """The instructions that make the image that runs: those after the last FROM."""
    return re.split(r"^FROM .*$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[-1].splitlines()


def instruction(name: str) -> str:
    """What follows an instruction that stands there once."""
    [found] = [line for line in stage() if line.startswith(f"{name} ")]
    return found.removeprefix(name).strip()


@dataclass(frozen=True)
class Compose:
    """The file with the values of an `.env`; `local` has what stands for addresses, paths and programs."""

    values: Mapping[str, str]
    local: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return self._read()["services"]

    def config(self, name: str) -> str:
        """What stands in a file that a service is given."""
        return str(self._read()["configs"][name]["content"])

    def _read(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = yaml.safe_load(_VALUE.sub(self._value, COMPOSE.read_text()))
        return found

    def _value(self, found: re.Match[str]) -> str:
        name, how, otherwise = found.groups()
        if name in self.values:
            return self.values[name]
        if how != "-":
            raise Missing(f"{name}: {otherwise}")
        return str(otherwise)

    def ours(self) -> list[str]:
        """The services that are Milepost, each after those that it waits for."""
        found: list[str] = []
        left = {name: one for name, one in self.services.items() if "build" in one}
        while left:
            ready = [name for name, one in left.items() if not left.keys() & one["depends_on"].keys()]
            assert ready, f"{sorted(left)} wait for each other"
            found += ready
            left = {name: one for name, one in left.items() if name not in ready}
        return found

    def here(self, text: str) -> str:
        for there, here in self.local.items():
            text = text.replace(there, here)
        return text

    def environment(self, service: str) -> dict[str, str]:
        """The image's environment, and the service's."""
        image = dict(one.split("=", 1) for one in shlex.split(instruction("ENV")))
        own: dict[str, Any] = self.services[service].get("environment", {})
        told = {name: "" if value is None else str(value) for name, value in (image | own).items()}  # as Compose has it
        return {name: self.here(value) for name, value in told.items()}

    def command(self, service: str) -> list[str]:
        program: list[str] = json.loads(instruction("ENTRYPOINT"))
        own: list[str] = self.services[service]["command"]
        return [str(Path(sys.executable).parent / program[0]), *program[1:], *own]

    def check(self, service: str) -> list[str]:
        """How the health of a service is asked, without the word that says in which form."""
        kind, *command = self.services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        return [self.here(word) for word in command]


@dataclass
class Up:
    """What is up: the processes of each service, and the folder with what they say."""

    compose: Compose
    folder: Path
    processes: dict[str, list["subprocess.Popen[bytes]"]] = field(
        default_factory=dict[str, list["subprocess.Popen[bytes]"]]
    )

    def start(self, service: str, stack: ExitStack) -> None:
        for needed, how in self.compose.services[service]["depends_on"].items():
            self._await(needed, how["condition"])
        replicas = self.compose.services[service].get("deploy", {}).get("replicas", 1)
        self.processes[service] = [self._process(service, number, stack) for number in range(replicas)]

    def _process(self, service: str, number: int, stack: ExitStack) -> "subprocess.Popen[bytes]":
        said = stack.enter_context((self.folder / f"{service}-{number}.log").open("wb"))
        return stack.enter_context(
            subprocess.Popen(
                self.compose.command(service),
                cwd=self.folder,
                env=self.compose.environment(service),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        )

    def _await(self, service: str, condition: str) -> None:
        if condition == "service_completed_successfully":
            assert [one.wait(_SECONDS) for one in self.processes[service]] == [0], self.said()
        else:
            assert condition == "service_healthy"
            until(lambda: self.healthy(service), _SECONDS)

    def healthy(self, service: str) -> bool:
        for one in self.processes.get(service, []):
            assert one.poll() is None, self.said()
        environment = self.compose.environment(service)
        asked = subprocess.run(self.compose.check(service), env=environment, capture_output=True, timeout=30)
        return asked.returncode == 0

    def down(self) -> dict[str, list[int]]:
        """Have all end in order, as Compose does; the exit codes of each service."""
        for service in reversed(self.processes):
            for one in self.processes[service]:
                one.terminate()
        return {service: [one.wait(30) for one in ours] for service, ours in self.processes.items()}

    def said(self) -> str:
        """What the processes said last."""
        return "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log")))

    def _left(self) -> Iterator["subprocess.Popen[bytes]"]:
        return (one for ours in self.processes.values() for one in ours if one.poll() is None)

    def kill(self) -> None:
        for one in self._left():
            one.kill()


@contextmanager
def up(compose: Compose, folder: Path) -> Generator[Up]:
    """All services that are Milepost, started as the file says; whatever still runs at the end is killed."""
    with ExitStack() as stack:
        found = Up(compose, folder)
        stack.callback(found.kill)
        for service in compose.ours():
            found.start(service, stack)
        try:
            yield found
        finally:
            found.kill()
