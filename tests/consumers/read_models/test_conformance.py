"""Every way in which events reach the read models."""

import pytest

from consumers.kafka.client import KafkaClients
from consumers.read_models.rebuild import rebuild
from consumers.read_models.stream_state import parked_in
from consumers.read_models.tables import connect
from consumers.read_models.versions import promote, roll_back
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
from tests.conftest import history
from tests.consumers.telling import Telling, by_fold, in_models
from tests.consumers.ways import Distributed, Embedded, wait_until_reflected
from tests.domain.openings import PROPOSED, classified
from tests.projections.histories import ENVISIONED, eventful


@pytest.fixture(params=["embedded", "distributed"])
def way(request: pytest.FixtureRequest, log: Log, brokers: KafkaClients) -> Embedded | Distributed:
    return Embedded(log) if request.param == "embedded" else Distributed(log, brokers)


def test_makes_what_a_fold_of_the_log_makes(way: Embedded | Distributed, log: Log, telling: Telling) -> None:
    telling.tell({"project-before": eventful()})
    with way.running():
        wait_until_reflected(log)
        telling.tell({f"project-{n}": eventful() for n in range(12)})
        wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
    with way.running():
        telling.tell({"project-later": eventful()})
        wait_until_reflected(log)
    assert in_models(log.conninfo) == by_fold(log)


def test_shares_the_work(way: Embedded | Distributed, log: Log, telling: Telling) -> None:
    with way.running(each=2):
        telling.tell({f"project-{n}": eventful() for n in range(20)})
        wait_until_reflected(log)
    assert in_models(log.conninfo) == by_fold(log)


def test_parks_what_cannot_be_read_while_the_others_go_on(
    way: Embedded | Distributed, log: Log, telling: Telling
) -> None:
    told = history(PROPOSED, classified("major"), ENVISIONED)
    with way.running():
        telling.tell({"project-a": told[:1]})
        telling.store(("project-a", 2, "change.classified/1", b"{}"))
        telling.tell({"project-b": told})
        telling.write(telling.of_this_log(told[2], "project-a"))
        wait_until_reflected(log)
    found = in_models(log.conninfo)
    assert {row["project"]: row["version"] for row in found["projects"]} == {"a": 1, "b": 3}
    assert [row["version"] for row in found["audit_trail"] if row["stream"] == "project-a"] == [1, 2, 3]
    with connect(log.conninfo) as connection:
        assert [(one.stream, one.version) for one in parked_in(connection)] == [("project-a", 2)] * 3


def test_keeps_what_stands_ready_up_and_changes_to_it_and_back(
    way: Embedded | Distributed, log: Log, telling: Telling
) -> None:
    [projects] = [projection for projection in projections() if projection.name == "projects"]
    feed = LogFeed(log)
    with way.running(), connect(log.conninfo) as connection:
        telling.tell({"project-a": eventful()})
        wait_until_reflected(log)
        rebuild(log.conninfo, feed.source, feed, [projects])
        telling.tell({"project-b": eventful()})
        promote(connection, projects)
        wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
        telling.tell({"project-c": eventful()})
        roll_back(connection, projects)
        wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)


def test_goes_on_from_one_way_in_the_other(log: Log, brokers: KafkaClients, telling: Telling) -> None:
    one, other = Embedded(log), Distributed(log, brokers)
    ways: list[Embedded | Distributed] = [one, other, one, other]
    for number, way in enumerate(ways):
        with way.running():
            telling.tell({f"project-{number}": eventful()})
            wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
