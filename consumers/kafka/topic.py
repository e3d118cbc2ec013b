"""The topic of the events: its partitions, and the settings it must have before anything is published."""

from contextlib import closing, suppress
from functools import lru_cache
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.partitioner.default import murmur2

from consumers.event_log import Unreachable
from consumers.kafka.client import KafkaClients, explain_error

PARTITIONS = 12
LARGEST_RECORD = 131_072
"""Bytes. An event has at most 65,535, its key and headers some hundred."""


class Topic(NamedTuple):
    """The topic as the brokers have it: its id, which a topic created again doesn't share, and its replicas."""

    id: str
    replicas: int


@lru_cache(100_000)
def partition_of(stream: str) -> int:
    """The partition of a stream: murmur2 of the key, as Kafka's own clients compute it."""
    return (murmur2(stream.encode()) & 0x7FFF_FFFF) % PARTITIONS


def ensure_topic(clients: KafkaClients, replicas: int) -> Topic:
    """The topic, created if it is missing. Raises `Unreachable` if it isn't as it must be."""
    try:
        with closing(clients.admin()) as admin:
            return _read_topic(admin, clients.topic, replicas) or _create_topic(admin, clients.topic, replicas)
    except KafkaError as error:
        raise Unreachable(explain_error(error, clients)) from error


def missing_brokers(running: int, replicas: int) -> str | None:
    """What to do about a cluster with fewer brokers than replicas; None if it has enough."""
    if running >= replicas:
        return None
    return (
        f"each event needs {replicas} replicas and {running} broker{'s' * (running != 1)} run{'s' * (running == 1)}: "
        f"start {replicas - running} more, or set MILEPOST_KAFKA_REPLICAS={running}"
    )


def _create_topic(admin: KafkaAdminClient, name: str, replicas: int) -> Topic:
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "min.insync.replicas": str(max(1, replicas - 1)),
        "max.message.bytes": str(LARGEST_RECORD),
        "message.timestamp.type": "CreateTime",
        "unclean.leader.election.enable": "false",
    }
    if lack := missing_brokers(len(admin.describe_cluster()["brokers"]), replicas):
        raise Unreachable(f"{name} can't be created: {lack}")
    with suppress(TopicAlreadyExistsError):  # another relay was faster
        wanted = {"num_partitions": PARTITIONS, "replication_factor": replicas, "configs": settings}
        admin.create_topics({name: wanted}, wait_for_metadata=True)
    topic = _read_topic(admin, name, replicas)
    if topic is None:
        raise Unreachable(f"{name} was created but the brokers don't show it yet: trying again")
    return topic


def _read_topic(admin: KafkaAdminClient, name: str, replicas: int) -> Topic | None:
    described = [topic for topic in admin.describe_topics([name]) if not topic["error_code"]]
    if not described:
        return None
    [topic] = described
    _check_partitions(topic)
    kept = min(len(partition["replica_nodes"]) for partition in topic["partitions"])
    settings = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    _check_settings(name, {key: one["value"] for key, one in settings["topic"][name].items()}, kept, replicas)
    return Topic(str(topic["topic_id"]), kept)


def _check_partitions(topic: dict[str, Any]) -> None:
    count = len(topic["partitions"])
    if count != PARTITIONS:
        raise Unreachable(
            f"{topic['name']} has {count} partitions and not {PARTITIONS}: with another number the events of a project "
            "would be in two partitions, out of order; delete the topic and let the relay publish the log again"
        )


def _check_settings(topic: str, settings: dict[str, Any], kept: int, replicas: int) -> None:
    wrong = [
        f"{name} is {settings.get(name)} and must be {wanted}"
        for name, wanted in (("retention.ms", "-1"), ("retention.bytes", "-1"), ("cleanup.policy", "delete"))
        if settings.get(name) != wanted
    ]
    if int(settings.get("max.message.bytes", 0)) < LARGEST_RECORD:
        wrong.append(f"max.message.bytes must be at least {LARGEST_RECORD}")
    if kept < replicas:
        wrong.append(f"it has {kept} replicas and MILEPOST_KAFKA_REPLICAS is {replicas}")
    if int(settings.get("min.insync.replicas", 1)) < kept - 1:
        wrong.append(f"min.insync.replicas must be {kept - 1}: a single replica may lose what it acknowledged")
    if wrong:
        raise Unreachable(f"{topic} could lose events: {'; '.join(wrong)}. Alter the topic, then start again")
