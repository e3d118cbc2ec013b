"""Kafka clients: producers, consumers and admin clients, set up for what `docs/decisions/0005` promises."""

import re
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    OffsetOutOfRangeError,
    SaslAuthenticationFailedError,
    UnknownTopicOrPartitionError,
)

from consumers.event_log import Unreachable
from consumers.kafka.diagnostics import explain_unreachable
from consumers.kafka.security import parse_addresses

CLIENT_ID = "milepost"
TOPIC = "milepost.events.v1"
FOR_EVER_MS = 2**31 - 1
TIMEOUT_MS = 10_000
READ_SECONDS = 10.0
CLOSE_SECONDS = 2.0


@dataclass(frozen=True)
class KafkaClients:
    """A Kafka cluster by its bootstrap addresses, the topic of one log there, and the clients for both.

    Logs that share a cluster have a topic each. `security` holds the client's settings for TLS and SASL
    (`Security.client_settings`); `repr` doesn't show them. Raises `InvalidSetting` for an invalid address.
    """

    bootstrap: str
    topic: str = TOPIC
    security: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    def __post_init__(self) -> None:
        list(parse_addresses(self.bootstrap))

    @property
    def principal(self) -> str:
        """Who we are to Kafka, in words for messages."""
        name = self.security.get("sasl_plain_username")
        return f"the user {name}" if name else "us"

    def producer(self, **overrides: Any) -> KafkaProducer:
        """A producer that keeps the order of each partition and never gives up on a record.

        A kafka-python producer that gives up on one wedges for ever; the relay replaces a silent producer instead.
        """
        settings: dict[str, Any] = {
            "enable_idempotence": True,
            "acks": "all",
            "delivery_timeout_ms": FOR_EVER_MS,
            "max_in_flight_requests_per_connection": 5,
            "linger_ms": 5,
            "batch_size": 131_072,
            "max_block_ms": TIMEOUT_MS,
            "allow_auto_create_topics": False,
        }
        return KafkaProducer(**self._common_settings(), **(settings | overrides))

    def consumer(self, group: str | None = None, **overrides: Any) -> KafkaConsumer:
        """A consumer of raw bytes that commits nothing by itself, and raises where it has no valid offset."""
        settings: dict[str, Any] = {
            "group_id": group,
            "enable_auto_commit": False,
            "isolation_level": "read_committed",
            "auto_offset_reset": "none",
            "allow_auto_create_topics": False,
            "partition_assignment_strategy": (CooperativeStickyAssignor,),
            "session_timeout_ms": 15_000,
            "heartbeat_interval_ms": 2_000,
            "fetch_max_wait_ms": 200,  # a partition's next fetch waits for the fetch that is in flight
        }
        return _patch_rejoin(KafkaConsumer(**self._common_settings(), **(settings | overrides)))

    def admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(**self._common_settings())

    def _common_settings(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "client_id": CLIENT_ID,
            "bootstrap_timeout_ms": TIMEOUT_MS,
            "reconnect_backoff_max_ms": 1_000,
            "metadata_max_age_ms": 30_000,
            **self.security,
        }

    def read_topic_id(self) -> str:
        """The id of the topic; a topic that was deleted and created again has another. Raises `KafkaError`."""
        with closing(self.admin()) as admin:
            [topic] = admin.describe_topics([self.topic])
        if topic["error_code"]:
            raise UnknownTopicOrPartitionError(self.topic)
        return str(topic["topic_id"])

    def read_record(self, partition: int, offset: int) -> ConsumerRecord | None:
        """The record at an offset; None if the topic doesn't hold it any more. Raises `Unreachable`."""
        topic_partition = TopicPartition(self.topic, partition)
        try:
            consumer = self.consumer()
            try:
                consumer.assign([topic_partition])
                consumer.seek(topic_partition, offset)
                until = monotonic() + READ_SECONDS
                while monotonic() < until:
                    for record in consumer.poll(timeout_ms=500, max_records=1).get(topic_partition, ()):
                        return record if record.offset == offset else None
            finally:
                consumer.close(autocommit=False)
        except OffsetOutOfRangeError:
            return None
        except KafkaError as error:
            raise Unreachable(explain_error(error, self)) from error
        return None


def _patch_rejoin(consumer: KafkaConsumer) -> KafkaConsumer:
    """Make a group member finish a rejoin that it began.

    If a poll ends during a rejoin, kafka-python may decide that none is needed; the member then has no partitions and
    sends no heartbeats.
    """
    coordinator = consumer._coordinator  # pyright: ignore[reportPrivateUsage] (there is no public way)
    need_rejoin = coordinator.need_rejoin
    vars(coordinator)["need_rejoin"] = lambda: coordinator.rejoining or need_rejoin()
    return consumer


def force_close(producer: KafkaProducer) -> None:
    """Close a producer at once, and drop what it hasn't sent.

    `KafkaProducer.close` waits for unsent records first, and leaves its thread running if that takes too long.
    """
    with suppress(KafkaError):
        producer.close(timeout=0)
    sender = producer._sender  # pyright: ignore[reportPrivateUsage] (there is no public way)
    sender.force_close()
    sender.join(CLOSE_SECONDS)


_ADVICE: Mapping[type[KafkaError], str] = {
    SaslAuthenticationFailedError: "{bootstrap} doesn't accept {principal} or the password: set both as Kafka knows "
    "them",
    UnknownTopicOrPartitionError: "{bootstrap} has no such topic, or none that {principal} may see: start the relay, "
    "which creates it, or grant the right to it",
    KafkaTimeoutError: "{bootstrap} doesn't answer in time: check whether enough brokers run ({error})",
}
_UNAUTHORIZED = re.compile(r"\w+AuthorizationFailedError")  # the client wraps some of these
_RIGHTS = "{bootstrap} refuses {principal} ({kind}): grant the rights that docs/operate.md lists"


def explain_error(error: KafkaError, clients: KafkaClients) -> str:
    """What went wrong and what to do, for an operator."""
    text = " ".join(str(error).split()) or type(error).__name__
    if "bootstrap" in text.lower() or isinstance(error, KafkaConnectionError):
        return explain_unreachable(clients.bootstrap, clients.security)
    names = {"bootstrap": clients.bootstrap, "principal": clients.principal, "error": text}
    if unauthorized := _UNAUTHORIZED.search(f"{type(error).__name__} {text}"):
        return _RIGHTS.format(**names, kind=unauthorized[0])
    for kind, advice in _ADVICE.items():
        if isinstance(error, kind):
            return advice.format(**names)
    return f"Kafka at {clients.bootstrap}: {text}"
