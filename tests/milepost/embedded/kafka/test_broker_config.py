"""What a broker is told."""

from pathlib import Path

import pytest

from milepost.embedded.kafka.broker_config import properties
from milepost.embedded.kafka.broker_folder import Broker


def told(count: int, data: str = "/data") -> dict[str, str]:
    brokers = [Broker(number, Path(data), 11_000 + number, 12_000 + number) for number in range(1, count + 1)]
    return dict(line.split("=", 1) for line in properties(brokers[0], brokers).splitlines())


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_loses_nothing_and_makes_nothing_by_itself(count: int) -> None:
    assert told(count)["auto.create.topics.enable"] == "false"
    assert told(count)["unclean.leader.election.enable"] == "false"


@pytest.mark.parametrize(("count", "copies", "least"), [(1, "1", "1"), (2, "2", "1"), (3, "3", "2"), (5, "3", "2")])
def test_keeps_as_many_copies_as_it_can(count: int, copies: str, least: str) -> None:
    found = told(count)
    assert {value for name, value in found.items() if name.endswith("replication.factor")} == {copies}
    assert {value for name, value in found.items() if name.endswith(("min.isr", "min.insync.replicas"))} == {least}


def test_listens_on_this_machine_alone() -> None:
    assert told(3)["listeners"] == "PLAINTEXT://127.0.0.1:11001,CONTROLLER://127.0.0.1:12001"
    assert told(3)["controller.quorum.voters"] == "1@127.0.0.1:12001,2@127.0.0.1:12002,3@127.0.0.1:12003"


def test_is_ascii_whatever_the_folder_is_called() -> None:
    assert told(1, "/srv/jürgen")["log.dirs"] == r"/srv/j\u00fcrgen/kafka-1"
