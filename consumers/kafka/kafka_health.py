"""The health of what stands around Kafka: the brokers, the topic, the projectors' groups, and the relay."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.errors import AuthorizationError, CoordinatorNotAvailableError, KafkaError
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.kafka.client import KafkaClients, explain_error
from consumers.kafka.topic import PARTITIONS, missing_brokers
from consumers.kafka.topic_follower import group_name
from projections.projection import Projection


class HealthCheck(NamedTuple):
    """One check: its subject, the result, and a message that says what to do if it failed."""

    subject: str
    is_healthy: bool
    message: str


def check_kafka(clients: KafkaClients, projections: Iterable[Projection], replicas: int) -> Iterator[HealthCheck]:
    """Check the brokers, the topic with its replicas, and that each read model has a projector in a consumer group."""
    try:
        with closing(clients.admin()) as admin:
            count = len(admin.describe_cluster()["brokers"])
            lack = missing_brokers(count, replicas)
            yield HealthCheck("kafka", lack is None, f"{clients.bootstrap} answers; {lack or f'brokers: {count}'}")
            yield _check_topic(admin, clients.topic, replicas)
            yield _check_projectors(admin, clients.topic, list(projections))
    except KafkaError as error:
        yield HealthCheck("kafka", False, explain_error(error, clients))


def _check_topic(admin: KafkaAdminClient, name: str, replicas: int) -> HealthCheck:
    described = [topic for topic in admin.describe_topics([name]) if not topic["error_code"]]
    if not described:
        message = f"there is no {name}, or this user may not see it: start the relay, which creates it"
        return HealthCheck("topic", False, message)
    partitions: list[dict[str, Any]] = described[0]["partitions"]
    if len(partitions) != PARTITIONS:
        return HealthCheck("topic", False, f"{name} has {len(partitions)} partitions and not {PARTITIONS}")
    kept = min(len(one["replica_nodes"]) for one in partitions)
    short = sum(len(one["isr_nodes"]) < len(one["replica_nodes"]) for one in partitions)
    if short:
        message = f"{short} partitions of {name} lack an in-sync replica: find the broker that is down"
        return HealthCheck("topic", False, message)
    if kept < replicas:
        message = f"{name} has {kept} replicas and MILEPOST_KAFKA_REPLICAS is {replicas}: alter the topic"
        return HealthCheck("topic", False, message)
    return HealthCheck("topic", True, f"{name} has {PARTITIONS} partitions with {kept} replicas each")


def _check_projectors(admin: KafkaAdminClient, topic: str, projections: list[Projection]) -> HealthCheck:
    names = [projection.name for projection in projections]
    try:
        members = _count_members(admin, topic, projections)
    except AuthorizationError:
        message = "this user may not ask Kafka for consumer groups; whether read models keep up is checked below"
        return HealthCheck("projectors", True, message)
    idle = [name for name in names if not members[name]]
    if idle:
        return HealthCheck("projectors", False, f"no projector of {', '.join(idle)} runs: start `milepost project`")
    return HealthCheck("projectors", True, ", ".join(f"{members[name]} of {name}" for name in names))


def _count_members(admin: KafkaAdminClient, topic: str, projections: list[Projection]) -> Counter[str]:
    """How many members of consumer groups keep each read model up to date."""
    tables = {projection.table: projection.name for projection in projections}
    prefix, members = f"{topic}.", Counter[str]()
    default = group_name(topic, projections)  # without the right to it, Kafka leaves it out of the list, silently
    try:
        groups = {default, *(one["group_id"] for one in admin.list_groups() if one["group_id"].startswith(prefix))}
        described = admin.describe_groups(sorted(groups))
    except CoordinatorNotAvailableError:  # there was never a consumer group
        return members
    for group, found in described.items():
        if "Authorization" in (found["error"] or ""):
            raise AuthorizationError(found["error"])
        for table in group.removeprefix(prefix).split("."):
            if table in tables:
                members[tables[table]] += len(found["members"])
    return members


def check_relay(connection: Connection[DictRow], log: str) -> HealthCheck:
    """Check that a relay is active."""
    row = connection.execute(_RELAY, (log,)).fetchone()
    if row is None:
        return HealthCheck("relay", False, "no relay has published this log yet: start `milepost relay`")
    if not row["is_active"]:
        message = f"no relay is active; the log is published up to {row['position']:,}: start `milepost relay`"
        return HealthCheck("relay", False, message)
    message = f"{row['owner']} is active in epoch {row['epoch']}; the log is published up to {row['position']:,}"
    return HealthCheck("relay", True, message)


_RELAY = "SELECT owner, epoch, position, expires_at > now() AS is_active FROM delivery.relay WHERE log = %s"
