"""Serving: commands over HTTP beside an endpoint that does nothing, and what memory the service needs for its work."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson

from bench.client import PROJECTS
from bench.ground import LONG_LOG, Ground
from bench.timing import in_turn, judged, medians, times
from consumers.read_models.tables import connect
from consumers.read_models.versions import discard, versions_of
from projections import projections
from tests.milepost.logs import Database
from tests.milepost.servers import until

CONNECTIONS, ROUNDS, SECONDS = 32, 7, 2.0
COMMANDS = 1_000
MEGABYTE = 1024 * 1024
COMMAND, EMPTY = "/v1/projects/{project}/assess-risk", "/empty"
SERVED = (sys.executable, "-m", "bench.served")
SERVE = (str(Path(sys.executable).with_name("milepost")), "serve", "--port", "0")
_runs = count()


@dataclass
class Service:
    """A service in a process of its own."""

    process: "subprocess.Popen[str]"
    port: int

    def ask(self, path: str) -> Any:
        return orjson.loads(httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=60).content)

    def follows(self) -> bool:
        """Whether the read models reflect everything."""
        try:
            ready = self.ask("/readyz")
        except httpx.ConnectError:  # it has bound its port and doesn't listen yet
            return False
        return bool(ready["ready"] and ready["position"] == ready["read_models"]["position"])

    def megabytes(self, name: str) -> float:
        """A size that the kernel keeps of the process: VmRSS is what it holds now, VmHWM the most it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith(name)]
        return round(int(line.split()[1]) * 1024 / MEGABYTE, 1)


def over_http(ground: Ground) -> dict[str, Any]:
    """Commands a second over HTTP, beside an endpoint of the same application that reads the body and does nothing.

    Both are asked by the same client in a process of its own, over as many kept connections.
    """
    with served(SERVED, ground.database(of="serving")) as service:
        _propose(service)

        def asked(path: str) -> Callable[[], float]:
            return lambda: _posted(service, ground.seconds(SECONDS), path)

        asked(COMMAND)()  # the first ones pay for what is made once
        measured = in_turn(ROUNDS, {"commands": asked(COMMAND), "empty": asked(EMPTY)})
    return {
        "connections": CONNECTIONS,
        "a_second": medians(measured),
        "beside_empty": judged(times(measured["commands"], measured["empty"]), at_least=0.6),
    }


def memory(ground: Ground) -> dict[str, Any]:
    """Megabytes that `milepost serve` holds after it built its read models over 200,000 events and took 1,000 commands.

    `at_most` is about what it holds then; `highest` is the most that it ever held, `at_start` before any of it.
    """
    database = ground.database(LONG_LOG)
    _forget_models(database)
    with served(SERVE, database) as service:
        at_start = service.megabytes("VmRSS")
        until(service.follows, patience=300)
        built = service.megabytes("VmRSS")
        _propose(service)
        _posted(service, 60.0, COMMAND, most=COMMANDS)
        until(service.follows, patience=60)
        held, highest = service.megabytes("VmRSS"), service.megabytes("VmHWM")
    return {"at_start": at_start, "built": built, "megabytes": judged(held, at_most=250.0), "highest": highest}


@contextmanager
def served(command: Sequence[str], database: Database) -> Generator[Service]:
    """A service of this database; its first line ends with its port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    environment["MILEPOST_DATABASE_URL"] = database.application
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield Service(process, int(process.stdout.readline().rpartition(":")[2]))
        finally:
            process.terminate()


def _propose(service: Service) -> None:
    proposal = {"title": "Pay", "project_kind": "it_service", "service": "pay", "customer": "sales"}
    with httpx.Client(base_url=f"http://127.0.0.1:{service.port}", timeout=60) as client:
        for n in range(PROJECTS):
            client.post(f"/v1/projects/served-{n}/propose-project", json=proposal).raise_for_status()


def _posted(service: Service, seconds: float, path: str, most: int = 10**9) -> float:
    """Answers a second to a client in a process of its own, once the read models reflect all that was before."""
    until(service.follows, patience=60)
    named = [str(given) for given in (service.port, CONNECTIONS, seconds, most, path, f"run{next(_runs)}")]
    found = subprocess.run(
        [sys.executable, "-m", "bench.client", *named], stdout=subprocess.PIPE, timeout=120, check=True
    )
    return float(found.stdout)


def _forget_models(database: Database) -> None:
    """So that the service builds them itself."""
    with connect(database.application) as connection:
        for version in versions_of(connection, projections()):
            discard(connection, version.model)
