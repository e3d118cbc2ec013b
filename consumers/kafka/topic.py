"""The topic of the lifecycle events: its name, its partitions, and what must hold of it before anything is sent."""

from contextlib import closing, suppress
from functools import lru_cache
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.partitioner.default import murmur2

from consumers.event_log import Unreachable
from consumers.kafka.client import Brokers, sentence

PARTITIONS = 12
LARGEST_RECORD = 131_072
"""Bytes: an event has at most 65,535, its key and headers some hundred."""


class Topic(NamedTuple):
    """The topic as the brokers have it: the id that a topic made anew under the same name doesn't have."""

    id: str
    replicas: int


@lru_cache(100_000)
def partition_of(stream: str) -> int:
    """Where a stream's events are: murmur2 of the key, as Kafka's own clients reckon it."""
    return (murmur2(stream.encode()) & 0x7FFF_FFFF) % PARTITIONS


def made(brokers: Brokers, replicas: int) -> Topic:
    """The topic, made where it is missing. Raises `Unreachable` where it can't be had as it must be."""
    try:
        with closing(brokers.admin()) as admin:
            return _found(admin, brokers.topic, replicas) or _made(admin, brokers.topic, replicas)
    except KafkaError as error:
        raise Unreachable(sentence(error, brokers)) from error


def lacks_brokers(running: int, replicas: int) -> str | None:
    """What is wrong with a cluster of too few brokers to keep each event, and what to do; None if it has enough."""
    if running >= replicas:
        return None
    return (
        f"each event is to be kept by {replicas} brokers and {running} run{'s' * (running == 1)}: start "
        f"{replicas - running} more, or set MILEPOST_KAFKA_REPLICAS={running}"
    )


def _made(admin: KafkaAdminClient, name: str, replicas: int) -> Topic:
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "min.insync.replicas": str(max(1, replicas - 1)),
        "max.message.bytes": str(LARGEST_RECORD),
        "message.timestamp.type": "CreateTime",
        "unclean.leader.election.enable": "false",
    }
    wanted = {"num_partitions": PARTITIONS, "replication_factor": replicas, "configs": settings}
    if lack := lacks_brokers(len(admin.describe_cluster()["brokers"]), replicas):
        raise Unreachable(f"{name} can't be made: {lack}")
    with suppress(TopicAlreadyExistsError):  # another relay was faster
        admin.create_topics({name: wanted}, wait_for_metadata=True)
    topic = _found(admin, name, replicas)
    if topic is None:
        raise Unreachable(f"{name} was made and is not there: ask again, or look at the brokers")
    return topic


def _found(admin: KafkaAdminClient, name: str, replicas: int) -> Topic | None:
    described = [topic for topic in admin.describe_topics([name]) if not topic["error_code"]]
    if not described:
        return None
    [topic] = described
    _demand_partitions(topic)
    kept = min(len(partition["replica_nodes"]) for partition in topic["partitions"])
    settings = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    _demand_settings(name, {key: one["value"] for key, one in settings["topic"][name].items()}, kept, replicas)
    return Topic(str(topic["topic_id"]), kept)


def _demand_partitions(topic: dict[str, Any]) -> None:
    count = len(topic["partitions"])
    if count != PARTITIONS:
        raise Unreachable(
            f"{topic['name']} has {count} partitions and not {PARTITIONS}: with another number the events of a project "
            "would be in two of them, out of order; delete the topic and let the relay send the log again"
        )


def _demand_settings(topic: str, found: dict[str, Any], kept: int, replicas: int) -> None:
    wrong = [
        f"{name} is {found.get(name)} and must be {wanted}"
        for name, wanted in (("retention.ms", "-1"), ("retention.bytes", "-1"), ("cleanup.policy", "delete"))
        if found.get(name) != wanted
    ]
    if int(found.get("max.message.bytes", 0)) < LARGEST_RECORD:
        wrong.append(f"max.message.bytes must be at least {LARGEST_RECORD}")
    if kept < replicas:
        wrong.append(f"it is kept {kept} times and MILEPOST_KAFKA_REPLICAS says {replicas}")
    if int(found.get("min.insync.replicas", 1)) < kept - 1:
        wrong.append(f"min.insync.replicas must be {kept - 1}: one replica alone may lose what it took")
    if wrong:
        raise Unreachable(f"{topic} would lose events: {'; '.join(wrong)}. Alter the topic, then start again")
