"""The relay, the projectors and the service as programs of their own, with Kafka between them."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from consumers.kafka.lease import Lease
from consumers.read_models.tables import connect
from milepost.embedded.kafka.broker_cluster import Brokers
from milepost.embedded.postgres.server import Server
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.consumers.telling import by_fold, in_models
from tests.milepost.cli.conftest import Said, here
from tests.milepost.cli.processes import Running, running, wait_for
from tests.milepost.cli.test_program import PROPOSAL as PROPOSE
from tests.milepost.logs import removed, with_log
from tests.milepost.servers import until
from tests.milepost.serving import PROPOSAL


@dataclass
class Parts:
    """The distributed way on a database and a topic of its own; programs are started as they are wanted."""

    folder: Path
    address: str
    environment: dict[str, str]
    stack: ExitStack
    started: list[Running] = field(default_factory=list[Running])

    def start(self, *arguments: str) -> Running:
        journal = self.folder / f"{len(self.started)}.jsonl"
        self.started.append(self.stack.enter_context(running(journal, *arguments, **self.environment)))
        return self.started[-1]

    def served(self) -> httpx.Client:
        address = self.start("serve", "--port", "0").line.rsplit(" ", 1)[-1]
        return self.stack.enter_context(httpx.Client(base_url=address, timeout=30))

    def here(self, *arguments: str, **more: str) -> Said:
        return here(*arguments, **(self.environment | more))

    def log(self) -> Log:
        return self.stack.enter_context(closing(Log(self.address)))


@pytest.fixture
def parts(server: Server, broker: Brokers, tmp_path: Path) -> Iterator[Parts]:
    with removed(with_log(server)) as database, ExitStack() as stack:
        settings = {
            "MILEPOST_DATABASE_URL": database.application,
            "MILEPOST_KAFKA_BOOTSTRAP": broker.bootstrap,
            "MILEPOST_KAFKA_TOPIC": f"test.{uuid4().hex}",
            "MILEPOST_KAFKA_DATA": str(broker.folder.data),
        }
        yield Parts(tmp_path, database.application, settings, stack)


def propose(client: httpx.Client, *keys: str) -> int:
    """Propose projects; up to which position that is."""
    told = [client.post(f"/v1/projects/{key}/propose-project", json=PROPOSAL) for key in keys]
    assert {one.status_code for one in told} == {200}, told[0].text
    return max(int(one.headers["Milepost-Position"]) for one in told)


def test_carry_what_is_answered_to_the_rows_of_every_read_model(parts: Parts) -> None:
    relay, first, second = parts.start("relay"), parts.start("project"), parts.start("project")
    client = parts.served()
    position = propose(client, *(f"pay-{n}" for n in range(10)))
    until(lambda: client.get("/v1/projects", params={"wait_for": position}).status_code == 200)  # groups form meanwhile
    assert len(client.get("/v1/projects", params={"wait_for": position}).json()["projects"]) == 10
    assert in_models(parts.address) == by_fold(parts.log())
    assert client.get("/readyz").json()["read_models"]["events_behind"] == 0
    assert "milepost_relay_active 1.0" in client.get("/metrics").text
    until(lambda: lagging(parts))  # rows may stand before the relay has saved that their events are acknowledged
    assert lagging(parts) == {
        "relay": position, "audit_trail_v2_1": position, "gates_v1_1": position, "phases_v1_1": position,
        "projects_v2_1": position,
    }  # fmt: skip
    doctor = parts.here("doctor", "--canary", "--json")
    assert (doctor.code, doctor.json["well"], "2 of projects" in doctor.out) == (0, True, True), doctor.out
    position += 1
    assert f"event {position} was in every read model" in doctor.json["findings"][-1]["told"]
    assert len(parts.here("projects", "--json").json["rows"]) == 10
    assert relay.ask(signal.SIGINT) == 0
    wait_until_carried_again(parts, parts.start("relay", "--republish-all"), position)
    assert in_models(parts.address) == by_fold(parts.log())
    assert [one.ask() for one in (first, second)] == [0, 0]
    assert '"level":"error"' not in relay.told + first.told + second.told


def lagging(parts: Parts) -> dict[str, int]:
    """Up to where everyone is, where nobody lacks an event."""
    found = parts.here("lag", "--json").json["lag"]
    return {one["name"]: one["position"] for one in found} if not any(one["events"] for one in found) else {}


def wait_until_carried_again(parts: Parts, relay: Running, position: int) -> None:
    wait_for(relay, "active in epoch 3 from position 0")
    until(lambda: lagging(parts).get("relay") == position)


def test_are_run_for_the_read_models_that_are_named(parts: Parts) -> None:
    assert parts.start("project", "projects", "gates").line.startswith("Projecting projects, gates from test.")
    told = parts.here("project", "nothing")
    missing = "Error: There is no read model nothing: there are audit_trail, gates, phases, projects.\n"
    assert (told.code, told.error) == (2, missing)


@pytest.mark.parametrize("command", ["relay", "project"])
def test_ask_for_a_kafka_where_none_is_set(parts: Parts, command: str) -> None:
    told = parts.here(command, MILEPOST_KAFKA_BOOTSTRAP="")
    assert (told.code, "MILEPOST_KAFKA_BOOTSTRAP is not set" in told.error) == (2, True)


def test_end_with_one_and_a_sentence_where_one_stops_by_itself(parts: Parts) -> None:
    parts.here("propose-project", "pay-1", *PROPOSE)
    parts.here("projects", MILEPOST_KAFKA_BOOTSTRAP="")
    pretend_that_more_was_read(parts)
    projector = parts.start("project")
    assert projector.process.wait(60) == 1
    assert projector.told.splitlines()[-1].startswith("Error: "), projector.told
    assert "it was restored, or forked" in projector.told


def pretend_that_more_was_read(parts: Parts) -> None:
    """As if the database had been restored to before what read models have read, and a relay had run."""
    with connect(parts.address) as connection:
        lease = Lease.acquire(connection, str(LogFeed(parts.log()).source), "test")
        assert lease
        lease.save_topic("t")
        connection.execute("UPDATE models.progress SET reflected = reflected + 1000, position = position + 1000")
