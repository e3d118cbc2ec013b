"""docker-compose.yml: its commands and environment, run as processes of this machine."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from consumers.kafka.topic import PARTITIONS
from milepost.app.settings import settings_from
from milepost.embedded.kafka import broker_config
from milepost.embedded.kafka.broker_folder import Broker
from milepost.embedded.kafka.ports import free_port
from milepost.embedded.postgres.binaries import binary
from milepost.embedded.postgres.cluster import SUPERUSER
from milepost.embedded.postgres.server import Server, start
from tests.brokers import Cluster
from tests.milepost.conftest import reachable
from tests.milepost.servers import until
from tests.milepost.serving import PROPOSAL
from tests.operate.composing import ROOT, Compose, Missing, up

PLACES = ("NODE_ID", "PROCESS_ROLES", "LISTENER", "ADVERTISED", "CONTROLLER", "INTER_BROKER", "LOG_DIRS", "HEAP_OPTS")
"""What a broker is told of where it is, which is elsewhere here."""

GIVEN = {"POSTGRES_PASSWORD": "s3cretowner", "MILEPOST_PASSWORD": "s3cretapp"}
SERVICES = Compose(GIVEN).services


def kafka_properties() -> dict[str, str]:
    """What Kafka's image makes of its environment: capitals to lower case, each `_` a dot."""
    told: dict[str, str] = SERVICES["kafka"]["environment"]
    names = [name.removeprefix("KAFKA_") for name in told if name.startswith("KAFKA_")]
    own = [name for name in names if not name.startswith(PLACES)]
    return {name.lower().replace("_", "."): told[f"KAFKA_{name}"] for name in own}


@pytest.fixture
def bootstrap(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    """A broker that is told what the file tells Kafka."""
    more = "".join(f"{name}={value}\n" for name, value in kafka_properties().items())

    def told(broker: Broker, brokers: list[Broker]) -> str:
        return broker_config.properties(broker, brokers) + more

    monkeypatch.setattr("milepost.embedded.kafka.broker_process.properties", told)
    return cluster(1).bootstrap


@pytest.fixture
def database() -> Iterator[Server]:
    """A server of its own, since roles are of the whole server."""
    folder = reachable()
    with start(folder / "data", print) as running:
        yield running


@pytest.fixture
def compose(database: Server, bootstrap: str) -> Compose:
    """The file, with this machine's addresses, after its roles were made as PostgreSQL's image makes them."""
    values = {"POSTGRES_PASSWORD": database.password(SUPERUSER), "MILEPOST_PASSWORD": "s3cretapp"}
    values["MILEPOST_PORT"] = str(free_port())
    sockets = quote(str(database.sockets), safe="")
    host, port = bootstrap.split(":")
    found = Compose(
        values,
        {
            "@postgres:5432": f"@{sockets}",
            "@127.0.0.1:5432": f"@{sockets}",
            "--host=127.0.0.1": f"--host={database.sockets}",
            "pg_isready": str(binary("pg_isready")),
            "kafka:9092": bootstrap,
            "/dev/tcp/kafka/9092": f"/dev/tcp/{host}/{port}",
            "/opt/milepost": sys.prefix,
        },
    )
    script = found.config("roles")
    command = [str(binary("psql")), "--no-psqlrc", "--set=ON_ERROR_STOP=1", database.superuser_url]
    told = subprocess.run(
        command, input=script, text=True, env=found.environment("postgres"), capture_output=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    return found


def ask(client: httpx.Client, project: str, command: str, body: dict[str, Any]) -> int:
    """Give a command; the log's position after it."""
    told = client.post(f"/v1/projects/{project}/{command}", json=body, headers={"Milepost-Actor": "ada"})
    assert told.is_success, told.text
    return int(told.json()["position"])


def told(client: httpx.Client, place: str, after: int) -> str:
    """What read models tell, once they reflect a position."""
    until(lambda: client.get(place, params={"wait_for": after}).status_code == 200, 60)
    return client.get(place).text


def test_carries_a_command_through_kafka_to_the_page_and_ends_in_order(compose: Compose, tmp_path: Path) -> None:
    with up(compose, tmp_path) as running, httpx.Client(timeout=60) as client:
        client.base_url = f"http://127.0.0.1:{compose.values['MILEPOST_PORT']}"
        until(lambda: "Milepost serves" in running.said(), 60)
        until(lambda: running.healthy("api"), 60)
        assert {name: len(ours) for name, ours in running.processes.items()} == {
            "migrate": 1, "log": 1, "api": 1, "relay": 1, "project": 2, "webhooks": 1
        }  # fmt: skip
        position = ask(client, "pay-1", "propose", PROPOSAL)
        assert PROPOSAL["title"] in told(client, "/v1/projects", position), running.said()
        position = ask(client, "pay-1", "assess-risk", {"risk": "disk-full", "statement": "the store fills up"})
        assert "risk.assessed/1" in told(client, "/v1/projects/pay-1/trail", position), running.said()
        ended = running.down()
    assert ended == {
        "migrate": [0], "log": [0], "api": [0], "relay": [0], "project": [0, 0], "webhooks": [0]
    }, running.said()  # fmt: skip
    assert "s3cretapp" not in running.said()


def test_tells_its_processes_settings_that_there_are() -> None:
    compose = Compose(GIVEN)
    for service in compose.ours():
        settings_from({name: value for name, value in compose.environment(service).items() if "MILEPOST_" in name})


def test_demands_each_password_by_a_sentence() -> None:
    for name in GIVEN:
        with pytest.raises(Missing, match=f"{name}: put it into .env"):
            _ = Compose({other: value for other, value in GIVEN.items() if other != name}).services


def test_puts_no_password_into_a_command_or_a_check() -> None:
    for service in SERVICES.values():
        told = str([service.get("command"), service.get("healthcheck")])
        assert not any(secret in told for secret in GIVEN.values())


def test_publishes_to_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:5432:5432"]


def test_takes_images_of_a_known_version() -> None:
    foreign = {name: service["image"] for name, service in SERVICES.items() if "build" not in service}
    assert foreign == {"postgres": "postgres:18-bookworm", "kafka": "apache/kafka:4.3.0"}


def test_keeps_the_data_in_volumes() -> None:
    kept = {name: service["volumes"] for name, service in SERVICES.items() if "volumes" in service}
    # From 18 on, PostgreSQL's image keeps each major version in a folder of its own below this one.
    assert kept == {"postgres": ["postgres:/var/lib/postgresql"], "kafka": ["kafka:/var/lib/kafka/data"]}
    assert SERVICES["kafka"]["environment"]["KAFKA_LOG_DIRS"] == "/var/lib/kafka/data"


def test_waits_for_what_can_tell_that_it_is_ready() -> None:
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            assert how["condition"] == "service_completed_successfully" or "healthcheck" in SERVICES[needed]


def test_lets_its_processes_write_nowhere_and_become_nobody_else() -> None:
    for service in Compose(GIVEN).ours():
        one = SERVICES[service]
        assert (one["read_only"], one["tmpfs"], one["cap_drop"]) == (True, ["/tmp"], ["ALL"])
        assert one["security_opt"] == ["no-new-privileges:true"]


def test_can_have_as_many_projectors_as_there_are_partitions() -> None:
    assert 2 <= SERVICES["project"]["deploy"]["replicas"] <= PARTITIONS


def test_is_what_the_page_for_operators_speaks_of() -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    named = set(
        re.findall(r"docker compose [a-z ]*?(?:--scale )?(postgres|kafka|migrate|api|relay|project|webhooks)\b", page)
    )
    assert named
    assert named <= SERVICES.keys()
