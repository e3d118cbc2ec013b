"""Streams that the relay parks at an event that no record can hold."""

from dataclasses import dataclass

import pytest

from consumers.kafka.client import KafkaClients
from consumers.kafka.parked_streams import read_parked_streams, read_requested_retries, request_retry
from consumers.kafka.topic import partition_of
from consumers.read_models.tables import connect
from domain.codec import encode
from domain.event import Recorded
from milepost.embedded.postgres.server import Server
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from tests.conftest import history
from tests.consumers.telling import Telling, by_fold, in_models
from tests.consumers.topics import positions, records_in, relay_of, wait_until_carried
from tests.consumers.ways import members_of, wait_until_reflected
from tests.domain.openings import PROPOSED
from tests.milepost.tampering import tamper
from tests.projections.histories import eventful
from tests.waiting import running, until

STREAM = "project-a"
NEIGHBOUR = next(f"project-n{n}" for n in range(1_000) if partition_of(f"project-n{n}") == partition_of(STREAM))
TOO_LARGE = ("x" * 140_000, b"{}")


@dataclass
class Withheld:
    """A stream whose first event was made too large; others follow it, and one of a neighbour in its partition."""

    server: Server
    log: Log
    events: list[Recorded]
    position: int

    @property
    def source(self) -> str:
        return str(LogFeed(self.log).source)

    @property
    def noted(self) -> dict[str, int]:
        with connect(self.log.conninfo) as connection:
            return {name: one.version for name, one in read_parked_streams(connection, self.source).items()}

    def restore(self) -> None:
        first = self.events[0]
        tamper(self.server, self.log, self.position, first.event.kind, encode(first))

    def ask(self) -> None:
        with connect(self.log.conninfo) as connection:
            request_retry(connection, self.source, [STREAM])

    def wait_until_tried(self) -> None:
        with connect(self.log.conninfo) as connection:
            until(lambda: not read_requested_retries(connection, self.source), "it is tried")

    def carried_to(self, position: int) -> None:
        """As if a relay had sent it all and then died, before it could note more than this."""
        with connect(self.log.conninfo) as connection:
            connection.execute("UPDATE delivery.relay SET position = %s", (position,))


@pytest.fixture
def withheld(server: Server, log: Log, telling: Telling) -> Withheld:
    told = [telling.of_this_log(one, STREAM) for one in eventful()]
    found = Withheld(server, log, told, log.head().position + 1)
    telling.store((STREAM, 1, *TOO_LARGE))
    telling.write(*told[1:])
    telling.tell({NEIGHBOUR: history(PROPOSED)})
    return found


def test_parked_stream_is_published_in_order_on_request_once_it_can_be(
    log: Log, brokers: KafkaClients, withheld: Withheld, telling: Telling
) -> None:
    with running(relay_of(log, brokers).run, *(member.run for member in members_of(log, brokers))):
        wait_until_carried(log)
        assert withheld.noted == {STREAM: 1}
        withheld.restore()
        withheld.ask()
        withheld.wait_until_tried()
        telling.tell({"project-later": history(PROPOSED)})
        wait_until_carried(log)
        wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
    found = records_in(brokers)
    stream = [record for record in found if record.key == STREAM.encode()]
    assert positions(stream) == sorted(positions(stream))
    assert sorted(positions(found)) == list(range(1, log.head().position + 1))
    assert withheld.noted == {}


def test_parked_stream_stays_parked_if_its_event_is_still_too_large(
    log: Log, brokers: KafkaClients, withheld: Withheld, telling: Telling
) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
        withheld.ask()
        withheld.wait_until_tried()
        telling.tell({"project-later": history(PROPOSED)})
        wait_until_carried(log)
    assert withheld.noted == {STREAM: 1}
    keys = {record.key for record in records_in(brokers)}
    assert STREAM.encode() not in keys
    assert {b"project-later", NEIGHBOUR.encode()} <= keys


def test_parked_stream_is_parked_by_the_next_relay_if_the_first_could_not_save_it(
    log: Log, brokers: KafkaClients, withheld: Withheld
) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    withheld.carried_to(withheld.position - 1)
    with connect(log.conninfo) as connection:
        connection.execute("DELETE FROM delivery.parked_streams")
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    assert withheld.noted == {STREAM: 1}


def test_parked_stream_is_published_by_the_next_relay_if_the_first_died_after_the_request(
    log: Log, brokers: KafkaClients, withheld: Withheld
) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    withheld.carried_to(withheld.position)
    withheld.restore()
    withheld.ask()
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
        withheld.wait_until_tried()
    assert withheld.noted == {}
    assert sorted(positions(records_in(brokers))) == list(range(1, log.head().position + 1))
