"""A relay whose brokers can't be reached."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from kafka import KafkaProducer

from consumers.brokers import Brokers
from consumers.lease import carried
from consumers.models import connect
from milepost.following import LogFeed
from milepost.log import Log
from tests.chaos.network import Network
from tests.consumers.carrying import positions, records_in, relay_of, running, until, wait_until_carried
from tests.consumers.telling import Telling
from tests.consumers.test_faults_client import GIVES_UP, HASTY, pytestmark
from tests.projections.histories import eventful

__all__ = ["pytestmark"]


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as between:
        yield between


class Watched(Brokers):
    """Brokers behind a network, whose producers can be looked at; the first may give records up."""

    def watched(self, first: dict[str, Any]) -> "Watched":
        vars(self).update(made=list[KafkaProducer](), first=first)
        return self

    def producer(self, **others: Any) -> KafkaProducer:
        made: list[KafkaProducer] = vars(self)["made"]
        made.append(super().producer(**(HASTY if made else vars(self)["first"]), **others))
        return made[-1]

    def has_something_under_way(self) -> bool:
        made = vars(self)["made"]
        return bool(made) and bool(cast("Any", made[-1])._accumulator.has_incomplete)


def watched(brokers: Brokers, network: Network, first: dict[str, Any]) -> Watched:
    return Watched(brokers.bootstrap, brokers.topic, network.before(brokers).security).watched(first)


def position(log: Log) -> int:
    with connect(log.conninfo) as connection:
        return carried(connection, str(LogFeed(log).source)).position


def test_counts_nothing_as_carried_that_no_broker_took(
    log: Log, brokers: Brokers, network: Network, telling: Telling
) -> None:
    far = watched(brokers, network, HASTY)
    with running(relay_of(log, far).run):
        wait_until_carried(log)
        before = log.head().position
        network.hold()
        telling.tell({"project-a": eventful()})
        until(far.has_something_under_way, "it is handed over")
    assert position(log) == before
    network.mend()
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    assert sorted(set(positions(records_in(brokers)))) == list(range(1, log.head().position + 1))


def test_sends_again_what_a_producer_gave_up(
    log: Log, brokers: Brokers, network: Network, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    far = watched(brokers, network, GIVES_UP)
    with running(relay_of(log, far).run):
        wait_until_carried(log)
        before = log.head().position
        network.hold()
        telling.tell({"project-a": eventful()})
        until(lambda: "carries nothing for now" in caplog.text, "it is given up")
        assert position(log) == before
        network.mend()
        wait_until_carried(log)
    found = positions(records_in(replace(brokers)))
    assert sorted(set(found)) == list(range(1, log.head().position + 1))
