"""A check-up of what stands around Kafka: the brokers, the topic, the relay, and who hears."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.errors import AuthorizationError, CoordinatorNotAvailableError, KafkaError
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.kafka.client import Brokers, sentence
from consumers.kafka.consumer_group import group_of
from consumers.kafka.topic import PARTITIONS, lacks_brokers
from projections.projection import Projection


class Looked(NamedTuple):
    """What was looked at, whether it is well, and what it says or what to do."""

    what: str
    well: bool
    told: str


def looked_at(brokers: Brokers, projections: Iterable[Projection], replicas: int) -> Iterator[Looked]:
    """The brokers, the topic, which so many of them are to keep, and how many members hear it for each read model."""
    try:
        with closing(brokers.admin()) as admin:
            count = len(admin.describe_cluster()["brokers"])
            lack = lacks_brokers(count, replicas)
            yield Looked("kafka", lack is None, f"{brokers.bootstrap} answers; {lack or f'brokers: {count}'}")
            yield _topic(admin, brokers.topic, replicas)
            yield _hearers(admin, {one.name: group_of(brokers, one) for one in projections})
    except KafkaError as error:
        yield Looked("kafka", False, sentence(error, brokers))


def _topic(admin: KafkaAdminClient, name: str, replicas: int) -> Looked:
    found = [topic for topic in admin.describe_topics([name]) if not topic["error_code"]]
    if not found:
        return Looked(
            "topic", False, f"there is no {name}, or this user may not see it: start the relay, which makes it"
        )
    partitions: list[dict[str, Any]] = found[0]["partitions"]
    if len(partitions) != PARTITIONS:
        return Looked("topic", False, f"{name} has {len(partitions)} partitions and not {PARTITIONS}")
    kept = min(len(one["replica_nodes"]) for one in partitions)
    short = sum(len(one["isr_nodes"]) < len(one["replica_nodes"]) for one in partitions)
    if short:
        return Looked("topic", False, f"{short} partitions of {name} lack a replica: look which broker is away")
    if kept < replicas:
        return Looked(
            "topic", False, f"{name} is kept {kept} times and is to be kept {replicas} times: alter the topic"
        )
    return Looked("topic", True, f"{name} has {PARTITIONS} partitions, each kept {kept} times")


def _hearers(admin: KafkaAdminClient, groups: dict[str, str]) -> Looked:
    try:
        hear = {name: _members(admin, group) for name, group in groups.items()}
    except AuthorizationError:
        return Looked("projectors", True, "this user may not ask Kafka who hears; whether they keep up stands below")
    silent = [name for name, members in hear.items() if not members]
    if silent:
        return Looked("projectors", False, f"nobody hears for {', '.join(silent)}: start `milepost project`")
    return Looked("projectors", True, ", ".join(f"{members} for {name}" for name, members in hear.items()))


def _members(admin: KafkaAdminClient, group: str) -> int:
    try:
        found = admin.describe_groups([group])[group]
    except CoordinatorNotAvailableError:  # no group was ever made there
        return 0
    if "Authorization" in (found["error"] or ""):
        raise AuthorizationError(found["error"])
    return len(found["members"])


def relay(connection: Connection[DictRow], source: str) -> Looked:
    """Whether a relay is active, and which."""
    row = connection.execute(_RELAY, (source,)).fetchone()
    if row is None:
        return Looked("relay", False, "none has ever carried this log: start `milepost relay`")
    if not row["active"]:
        return Looked("relay", False, f"none is active, the log is carried up to {row['position']:,}: start one")
    return Looked("relay", True, f"{row['owner']} is active in epoch {row['epoch']}, up to {row['position']:,}")


_RELAY = "SELECT owner, epoch, position, expires_at > now() AS active FROM delivery.relay WHERE log = %s"
