"""The embedded Kafka on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.embedded.kafka.broker_cluster import Brokers
from tests.brokers import JARS
from tests.milepost.cli.conftest import Said, here, run
from tests.milepost.servers import ended

Kafka = Callable[..., Said]


@pytest.fixture
def kafka(data: Path) -> Kafka:
    """`kafka("status")` in a folder of the test's own."""

    def said(*words: str, how: Callable[..., Said] = here) -> Said:
        return how("kafka", *words, MILEPOST_KAFKA_DATA=str(data), MILEPOST_KAFKA_JARS=str(JARS))

    return said


@pytest.mark.usefixtures("quick")
def test_runs_from_start_to_stop(kafka: Kafka) -> None:
    started = kafka("start", "--json", how=run)
    assert started.code == 0
    assert started.error.endswith(f"Use it: export MILEPOST_KAFKA_BOOTSTRAP={started.json['bootstrap']}\n")
    [broker] = started.json["brokers"]
    assert broker["state"] == "answers"
    assert started.json["bootstrap"] == f"127.0.0.1:{broker['port']}"
    try:
        assert not ended(broker["pid"]), "it outlives the command"
        assert kafka("start", "--json").json == kafka("status", "--json").json == started.json
        assert f"is at {started.json['bootstrap']}." in kafka("status").error
    finally:
        stopped = kafka("stop", "--json")
    assert stopped.code == 0
    assert stopped.json["brokers"] == [broker | {"state": "stopped", "pid": None}]
    assert ended(broker["pid"])
    assert kafka("status").code == 5


def test_doesnt_stop_what_others_use(broker: Brokers) -> None:
    told = here("kafka", "stop", MILEPOST_KAFKA_DATA=str(broker.folder.data))
    assert (told.code, ended(broker.pid(1))) == (2, False)
    assert "Other programs use the brokers" in told.error


def test_says_that_nothing_runs(data: Path) -> None:
    told = here("kafka", "status", MILEPOST_KAFKA_DATA=str(data))
    assert (told.code, told.error) == (5, f"No Kafka runs in {data}.\n")
    assert here("kafka", "stop", "--json", MILEPOST_KAFKA_DATA=str(data)).json["brokers"] == []


def test_says_why_it_cant_start(data: Path) -> None:
    data.mkdir()
    (data / "thesis.tex").touch()
    told = here("kafka", "start", MILEPOST_KAFKA_DATA=str(data))
    assert told.code == 5
    assert "holds something else (thesis.tex)" in told.error
