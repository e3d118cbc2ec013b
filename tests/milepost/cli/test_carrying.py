"""The relay, the projectors and the service as programs of their own, with Kafka between them."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from consumers.models import connect
from milepost.kafka.brokers import Brokers
from milepost.log import Log
from milepost.postgres import Server
from tests.consumers.telling import by_fold, in_models
from tests.milepost.cli.conftest import Said, here
from tests.milepost.cli.processes import Running, running, wait_for
from tests.milepost.logs import migrated, removed
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
    with removed(migrated(server)) as database, ExitStack() as stack:
        settings = {
            "MILEPOST_DATABASE_URL": database.application,
            "MILEPOST_KAFKA_BOOTSTRAP": broker.bootstrap,
            "MILEPOST_KAFKA_TOPIC": f"test.{uuid4().hex}",
            "MILEPOST_KAFKA_REPLICAS": "1",
        }
        yield Parts(tmp_path, database.application, settings, stack)


def propose(client: httpx.Client, *keys: str) -> int:
    """Propose projects; up to which position that is."""
    told = [client.post(f"/v1/projects/{key}/propose-project", json=PROPOSAL) for key in keys]
    assert {one.status_code for one in told} == {200}, told[0].text
    return max(int(one.headers["Milepost-Position"]) for one in told)


def test_carries_what_is_answered_to_the_rows_of_every_read_model(parts: Parts) -> None:
    relay, first, second = parts.start("relay"), parts.start("project"), parts.start("project")
    client = parts.served()
    position = propose(client, *(f"pay-{n}" for n in range(10)))
    found = client.get("/v1/projects", params={"after": position})
    assert (found.status_code, len(found.json()["projects"])) == (200, 10)
    assert in_models(parts.address) == by_fold(parts.log())
    assert client.get("/readyz").json()["read_models"]["events_behind"] == 0
    lag = parts.here("lag", "--json").json["lag"]
    assert {one["who"] for one in lag} == {"relay", "audit_trail_v1_1", "gates_v1_1", "phases_v1_1", "projects_v2_1"}
    assert {one["events"] for one in lag} == {0}
    doctor = parts.here("doctor", "--json")
    assert (doctor.code, doctor.json["well"]) == (0, True), doctor.out
    assert "2 for projects" in doctor.out
    assert [one["project"] for one in parts.here("projects", "--json").json["rows"]] == sorted(
        f"pay-{n}" for n in range(10)
    )
    assert [one.ask() for one in (relay, first, second)] == [0, 0, 0]
    assert '"level":"error"' not in relay.told + first.told + second.told


def test_goes_on_with_those_that_are_left(parts: Parts) -> None:
    relays, projectors = [parts.start("relay") for _ in range(2)], [parts.start("project") for _ in range(2)]
    client = parts.served()
    assert client.get("/v1/projects", params={"after": propose(client, "pay-1")}).status_code == 200
    active = next(one for one in relays if one.tells("active in epoch 1"))
    for one in (active, projectors[0]):
        one.process.kill()
    assert client.get("/v1/projects", params={"after": propose(client, "pay-2")}).status_code in (200, 503)
    until(lambda: in_models(parts.address) == by_fold(parts.log()), 60)


def test_names_read_models_for_a_process_of_their_own(parts: Parts) -> None:
    assert parts.start("project", "projects", "gates").line.startswith("Projecting projects, gates from test.")
    told = parts.here("project", "nothing")
    assert (told.code, told.error) == (
        2,
        "Error: There is no read model nothing: there are audit_trail, gates, phases, projects.\n",
    )


@pytest.mark.parametrize("command", ["relay", "project"])
def test_asks_for_a_kafka_where_none_is_set(parts: Parts, command: str) -> None:
    told = parts.here(command, MILEPOST_KAFKA_BOOTSTRAP="")
    assert (told.code, "MILEPOST_KAFKA_BOOTSTRAP is not set" in told.error) == (2, True)


def test_waits_for_a_kafka_that_is_not_there_and_says_so(parts: Parts) -> None:
    parts.environment["MILEPOST_KAFKA_BOOTSTRAP"] = "127.0.0.1:1"
    relay = parts.start("relay")
    wait_for(relay, "nothing answers at 127.0.0.1:1")
    assert '"logger":"kafka' not in relay.told
    assert relay.ask(signal.SIGINT) == 0


def test_ends_with_one_and_the_sentence_when_it_stops_by_itself(parts: Parts) -> None:
    relay, projector = parts.start("relay"), parts.start("project")
    client = parts.served()
    assert client.get("/v1/projects", params={"after": propose(client, "pay-1")}).status_code == 200
    restored(parts)
    relay.ask()
    assert projector.ask() == 0
    again = parts.start("project")
    assert again.process.wait(60) == 1
    assert again.told.splitlines()[-1].startswith("Error: "), again.told
    assert "it was restored, or forked" in again.told


def restored(parts: Parts) -> None:
    """As if the database had been restored to before what read models have read."""
    with connect(parts.address) as connection:
        connection.execute("UPDATE models.progress SET reflected = reflected + 1000, position = position + 1000")
        connection.execute("UPDATE carrying.relay SET position = position + 1000")


def test_sends_the_whole_log_again(parts: Parts) -> None:
    relay, _ = parts.start("relay"), parts.start("project")
    client = parts.served()
    position = propose(client, "pay-1", "pay-2")
    assert client.get("/v1/projects", params={"after": position}).status_code == 200
    relay.ask()
    parts.start("relay", "--again")
    until(lambda: parts.here("lag", "--json").json["lag"][-1]["position"] == position, 60)
    until(lambda: {one["events"] for one in parts.here("lag", "--json").json["lag"]} == {0}, 60)
    assert in_models(parts.address) == by_fold(parts.log())
