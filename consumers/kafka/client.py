"""Brokers: which Kafka, how it is reached, and clients set as the promises need them (`docs/decisions/0005`)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
    UnknownTopicOrPartitionError,
)

from consumers.kafka.connection_probe import why_unreached
from consumers.kafka.security import addresses

CLIENT = "milepost"
TOPIC = "milepost.events.v1"
FOR_EVER_MS = 2**31 - 1
PATIENCE_MS = 10_000
ENDED_SECONDS = 2.0


@dataclass(frozen=True)
class Brokers:
    """A Kafka cluster: the addresses to begin with, and what proves to each other who both sides are.

    `topic` is where the events are; logs that share a cluster have one each. `security` holds the client's settings for
    TLS and SASL (`consumers/kafka/security.py`); nothing shows them. Raises `Unusable` for what is no address.
    """

    bootstrap: str
    topic: str = TOPIC
    security: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    def __post_init__(self) -> None:
        list(addresses(self.bootstrap))

    @property
    def user(self) -> str:
        """Who we are there, in words."""
        name = self.security.get("sasl_plain_username")
        return f"the user {name}" if name else "us"

    def producer(self, **others: Any) -> KafkaProducer:
        """A producer that keeps each partition's order, and never gives a record up.

        One that does wedges for ever in this client, so the relay's watchdog replaces it instead.
        """
        settings: dict[str, Any] = {
            "enable_idempotence": True,
            "acks": "all",
            "delivery_timeout_ms": FOR_EVER_MS,
            "max_in_flight_requests_per_connection": 5,
            "linger_ms": 5,
            "batch_size": 131_072,
            "max_block_ms": PATIENCE_MS,
            "allow_auto_create_topics": False,
        }
        return KafkaProducer(**self._common(), **(settings | others))

    def consumer(self, group: str | None = None, **others: Any) -> KafkaConsumer:
        """A consumer of raw bytes: it never deserialises, never commits by itself, never jumps to an end."""
        settings: dict[str, Any] = {
            "group_id": group,
            "enable_auto_commit": False,
            "isolation_level": "read_committed",
            "auto_offset_reset": "none",
            "allow_auto_create_topics": False,
            "partition_assignment_strategy": (CooperativeStickyAssignor,),
            "session_timeout_ms": 15_000,
            "heartbeat_interval_ms": 2_000,
            "fetch_max_wait_ms": 200,  # what comes while a fetch for others is under way is asked for only behind it
        }
        return _persevering(KafkaConsumer(**self._common(), **(settings | others)))

    def admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(**self._common())

    def _common(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "client_id": CLIENT,
            "bootstrap_timeout_ms": PATIENCE_MS,
            "reconnect_backoff_max_ms": 1_000,
            "metadata_max_age_ms": 30_000,
            **self.security,
        }


def _persevering(consumer: KafkaConsumer) -> KafkaConsumer:
    """Let a member finish what it began: to join its group anew.

    Where a poll ends in between, this client may think that it needs no more, and then has no share and no heartbeat.
    """
    coordinator = consumer._coordinator  # pyright: ignore[reportPrivateUsage] (there is no public way)
    needed = coordinator.need_rejoin
    vars(coordinator)["need_rejoin"] = lambda: coordinator.rejoining or needed()
    return consumer


def ended(producer: KafkaProducer) -> None:
    """End a producer at once: what it hasn't sent is of no use to anyone any more.

    Its own `close` first waits for that, and where it waits in vain it leaves the sending thread running.
    """
    with suppress(KafkaError):
        producer.close(timeout=0)
    sender = producer._sender  # pyright: ignore[reportPrivateUsage] (there is no public way)
    sender.force_close()
    sender.join(ENDED_SECONDS)


_ADVICE: Mapping[type[KafkaError], str] = {
    SaslAuthenticationFailedError: "{brokers} doesn't accept {user} or the password: set both as Kafka knows them",
    UnknownTopicOrPartitionError: "{brokers} has no such topic, or none that {user} may see: start the relay, which "
    "makes it, or give the right to it",
    KafkaTimeoutError: "{brokers} doesn't answer in time: look whether enough brokers run ({error})",
}


_REFUSED = re.compile(r"\w+AuthorizationFailedError")  # the client wraps some of these
_RIGHTS = "{brokers} refuses {user} ({kind}): give it the rights that docs/operate.md lists"


def sentence(error: KafkaError, brokers: Brokers) -> str:
    """What happened and what to do about it, for an operator."""
    said = " ".join(str(error).split()) or type(error).__name__
    if "bootstrap" in said.lower() or isinstance(error, KafkaConnectionError):
        return why_unreached(brokers.bootstrap, brokers.security)
    if refused := _REFUSED.search(f"{type(error).__name__} {said}"):
        return _RIGHTS.format(brokers=brokers.bootstrap, user=brokers.user, kind=refused[0])
    for kind, advice in _ADVICE.items():
        if isinstance(error, kind):
            return advice.format(brokers=brokers.bootstrap, error=said, user=brokers.user)
    return f"Kafka at {brokers.bootstrap}: {said}"
