"""What was parked or kept apart."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from uuid import uuid4

import pytest

from consumers.kafka.client import KafkaClients, force_close
from consumers.kafka.topic import partition_of
from consumers.read_models.parked_streams import bring_up
from consumers.read_models.tables import Model, connect
from domain.codec import encode
from milepost.app.settings import Settings
from milepost.cli import parked as parked_module
from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.postgres.server import Server
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.conftest import history
from tests.consumers.telling import Telling
from tests.consumers.topics import positions, records_in, relay_of, wait_until_carried
from tests.domain.openings import PROPOSED, classified
from tests.milepost.cli.conftest import Said, here
from tests.milepost.logs import removed, with_log
from tests.milepost.tampering import tamper
from tests.projections.histories import ENVISIONED
from tests.waiting import running, until

WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@dataclass
class Lot:
    """A log in which the second of three events of `project-a` can't be read."""

    address: str

    def __call__(self, *arguments: str, **more: str) -> Said:
        return here("parked", *arguments, MILEPOST_DATABASE_URL=self.address, **more)


@pytest.fixture
def parked(server: Server) -> Iterator[Lot]:
    with removed(with_log(server)) as database:
        setting = {"MILEPOST_DATABASE_URL": database.application}
        here("projects", **setting)
        log = Log(database.application)
        telling, told = Telling(log), history(PROPOSED, classified("major"), ENVISIONED)
        telling.tell({"project-a": told[:1]})
        telling.store(("project-a", 2, "change.classified/1", b"{}"))
        telling.write(telling.of_this_log(told[2], "project-a"))
        log.close()
        here("projects", **setting)
        yield Lot(database.application)


def test_is_listed_with_why(parked: Lot) -> None:
    told = parked("list", "--json")
    left = told.json["left_out"]
    assert (told.code, [one["by"] for one in left]) == (1, ["gates_v1_1", "phases_v1_1", "projects_v2_1"])
    assert {(one["what"], one["place"]) for one in left} == {("project-a", "version 2, change.classified/1")}
    assert "not an event of Milepost" in parked("list").out


def test_is_shown_with_what_the_log_holds(parked: Lot) -> None:
    assert "version 2\t{}" in parked("show", "project-a").out
    unknown = parked("show", "project-b")
    assert (unknown.code, "project-b is not left out anywhere" in unknown.error) == (2, True)


def test_stays_where_a_retry_does_not_help(parked: Lot) -> None:
    told = parked("retry")
    assert (told.code, told.out.count("leaves it out still: not an event of Milepost")) == (1, 3)


def test_goes_on_without_an_event_that_is_discarded(parked: Lot) -> None:
    told = parked("discard", "project-a")
    assert (told.code, told.out.count("goes on without version 2; all after it was taken in")) == (0, 3)
    assert parked("list").code == 0
    rows = here("projects", "--json", MILEPOST_DATABASE_URL=parked.address).json["rows"]
    assert [(row["project"], row["version"]) for row in rows] == [("a", 3)]


def test_names_records_by_partition_and_offset(parked: Lot) -> None:
    with connect(parked.address) as connection:
        connection.execute("INSERT INTO models.quarantined VALUES ('kafka t', 3, 14, 'it has no header content-type')")
    assert ("3/14", "topic") in [(one["what"], one["by"]) for one in parked("list", "--json").json["left_out"]]
    assert parked("discard", "3/14").out == "3/14: kept apart no more\n"
    assert "3/14" not in parked("list").out


def test_looks_at_records_again_where_they_stand(parked: Lot, broker: Running) -> None:
    brokers = KafkaClients(broker.bootstrap, f"test.{uuid4().hex}")
    setting = {"MILEPOST_KAFKA_BOOTSTRAP": brokers.bootstrap, "MILEPOST_KAFKA_TOPIC": brokers.topic}
    place = partition_of("project-b")
    with closing(Log(parked.address)) as log:
        Telling(log).tell({"project-b": history(PROPOSED)})
        with running(relay_of(log, brokers).run):
            wait_until_carried(log)
    [ours] = [record.offset for record in records_in(brokers) if record.key == b"project-b"]
    junk = junk_in(brokers, place)
    with connect(parked.address) as connection:
        for offset in (ours, junk):
            connection.execute("INSERT INTO models.quarantined VALUES ('kafka t', %s, %s, 'seen')", (place, offset))
    assert "value\tjunk" in parked("show", f"{place}/{junk}", **setting).out
    told = parked("retry", f"{place}/{ours}", f"{place}/{junk}", **setting)
    assert (told.code, told.out.splitlines()) == (
        1,
        [
            f"{place}/{ours}: an event of ours, and taken in",
            f"{place}/{junk}: kept apart still: it has no header milepost-log",
        ],
    )
    with connect(parked.address) as connection:
        rows = connection.execute("SELECT project FROM models.projects_v2_1 ORDER BY 1").fetchall()
    assert [row["project"] for row in rows] == ["a", "b"]


def test_looks_at_a_record_again_while_a_projector_takes_in_its_stream(parked: Lot, broker: Running) -> None:
    brokers = KafkaClients(broker.bootstrap, f"test.{uuid4().hex}")
    setting = {"MILEPOST_KAFKA_BOOTSTRAP": brokers.bootstrap, "MILEPOST_KAFKA_TOPIC": brokers.topic}
    place, [projects] = partition_of("project-b"), [one for one in projections() if one.name == "projects"]
    with closing(Log(parked.address)) as log, connect(parked.address) as projector, ThreadPoolExecutor(1) as pool:
        Telling(log).tell({"project-b": history(PROPOSED)})
        with running(relay_of(log, brokers).run):
            wait_until_carried(log)
        [offset] = [record.offset for record in records_in(brokers) if record.key == b"project-b"]
        with connect(parked.address) as connection:
            connection.execute("INSERT INTO models.quarantined VALUES ('kafka t', %s, %s, 'seen')", (place, offset))
            with projector.transaction():
                again = parked_module.Lot(Settings(), log, LogFeed(log), projector).again
                bring_up(projector, Model(projects), "project-b", again)
                retrying = pool.submit(parked, "retry", f"{place}/{offset}", **setting)
                until(lambda: len(connection.execute(WAITING).fetchall()) == 1, "it waits for the projector")
        assert retrying.result()[:2] == (0, f"{place}/{offset}: an event of ours, and taken in\n")


def test_asks_the_relay_for_what_it_withholds_and_lets_none_of_it_be_left_out(
    server: Server, broker: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked_module, "RELAY_SECONDS", 0.5)
    brokers = KafkaClients(broker.bootstrap, f"test.{uuid4().hex}")
    with removed(with_log(server)) as database:
        lot = Lot(database.application)
        here("projects", MILEPOST_DATABASE_URL=lot.address)
        [first] = history(PROPOSED)
        with closing(Log(lot.address)) as log:
            telling, position = Telling(log), log.head().position + 1
            telling.store(("project-a", 1, "x" * 140_000, b"{}"))
            with running(relay_of(log, brokers).run):
                wait_until_carried(log, position)
            left_out = lot("discard", "project-a")
            assert (left_out.code, "restore what the log holds there" in left_out.error) == (2, True)
            assert lot("retry").out == "project-a: no relay has tried it yet; it will as soon as one is active\n"
            monkeypatch.setattr(parked_module, "RELAY_SECONDS", 30.0)
            with running(relay_of(log, brokers).run):
                told = lot("retry")
                assert (told.code, "the relay withholds it still: version 1, a record of 14" in told.out) == (1, True)
                recorded = telling.of_this_log(first, "project-a")
                tamper(server, log, position, recorded.event.kind, encode(recorded))
                assert lot("retry", "project-a")[:2] == (0, "project-a: the relay has sent all of it\n")
            wanted = [event.position for event in log.events()]
        assert sorted(positions(records_in(brokers))) == wanted


def junk_in(brokers: KafkaClients, partition: int) -> int:
    """The offset of a record that no relay sent."""
    producer = brokers.producer()
    sent = producer.send(brokers.topic, b"junk", partition=partition).get(timeout=30)
    force_close(producer)
    return sent.offset
