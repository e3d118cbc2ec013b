"""The history told in both ways: from the log, and with Kafka in between; the read models are the same rows."""

from pathlib import Path
from uuid import uuid4

from consumers.kafka.client import KafkaClients
from consumers.read_models.tables import Model, connect
from milepost.embedded.kafka.broker_cluster import start as kafka
from milepost.log.store import Log
from projections import projections
from tests.brokers import JARS
from tests.consumers.telling import Told, by_fold, in_models
from tests.consumers.topics import relay_of, wait_until_carried
from tests.consumers.ways import Distributed, Embedded, emptied, wait_until_reflected
from tests.kep.claims import Claims
from tests.waiting import running

SECONDS = 120


def check_ways(log: Log, folder: Path, claims: Claims) -> None:
    """Make every read model in each way, and hold it row for row beside a fold of the log."""
    fold = by_fold(log)
    claims.equal("the audit trail has a row for every event", log.head().position, len(fold["audit_trail"]))
    claims.equal("read models that the log itself told otherwise", [], _different(fold, _embedded(log)))
    with kafka(folder / "kafka", JARS, print) as broker:
        carried = _carried(log, KafkaClients(broker.bootstrap, f"kep.{uuid4().hex}"))
    claims.equal("read models that Kafka told otherwise", [], _different(fold, carried))


def _embedded(log: Log) -> Told:
    with Embedded(log).running():
        wait_until_reflected(log, seconds=SECONDS)
    return in_models(log.conninfo)


def _carried(log: Log, brokers: KafkaClients) -> Told:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    with connect(log.conninfo) as connection:
        for projection in projections():
            emptied(connection, log, Model(projection))
    with Distributed(log, brokers).running():
        wait_until_reflected(log, seconds=SECONDS)
    return in_models(log.conninfo)


def _different(one: Told, other: Told) -> list[str]:
    return [name for name in one if one[name] != other.get(name)]
