"""A relay whose brokers are out of reach."""

from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaProducer

from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import read_relay_state
from consumers.read_models.tables import connect
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.chaos.network import Network
from tests.consumers.kafka.test_faults_client import GIVES_UP, HASTY
from tests.consumers.telling import Telling
from tests.consumers.topics import positions, records_in, relay_of, wait_until_carried
from tests.projections.histories import eventful
from tests.waiting import running, until


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as between:
        yield between


class Watched(KafkaClients):
    """KafkaClients behind a network, whose producers count what they are handed; the first may give records up."""

    handed: int
    first: dict[str, Any]

    def producer(self, **others: Any) -> KafkaProducer:
        settings, self.__dict__["first"] = self.first, HASTY
        made = super().producer(**settings, **others)
        send = made.send

        def counting(*told: Any) -> Any:
            self.__dict__["handed"] += 1
            return send(*told)

        vars(made)["send"] = counting
        return made


def watched(brokers: KafkaClients, network: Network, first: dict[str, Any]) -> Watched:
    found = Watched(brokers.bootstrap, brokers.topic, network.before(brokers).security)
    vars(found).update(handed=0, first=first)
    return found


def position(log: Log) -> int:
    with connect(log.conninfo) as connection:
        return read_relay_state(connection, str(LogFeed(log).source)).position


def test_relay_saves_nothing_that_no_broker_acknowledged(
    log: Log, brokers: KafkaClients, network: Network, telling: Telling
) -> None:
    far = watched(brokers, network, HASTY)
    with running(relay_of(log, far).run):
        wait_until_carried(log)
        before = log.head().position
        network.hold()
        telling.tell({"project-a": eventful()})
        until(lambda: far.handed >= log.head().position, "it is handed over")
    assert position(log) == before
    network.mend()
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    assert sorted(set(positions(records_in(brokers)))) == list(range(1, log.head().position + 1))


def test_relay_publishes_again_what_a_producer_gave_up(
    log: Log, brokers: KafkaClients, network: Network, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    far = watched(brokers, network, GIVES_UP)
    with running(relay_of(log, far).run):
        wait_until_carried(log)
        before = log.head().position
        network.hold()
        telling.tell({"project-a": eventful()})
        until(lambda: "the relay can't publish" in caplog.text, "it is given up")
        assert position(log) == before
        network.mend()
        wait_until_carried(log)
    found = positions(records_in(brokers))
    assert sorted(set(found)) == list(range(1, log.head().position + 1))
