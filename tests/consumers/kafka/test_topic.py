"""The topic of the events."""

from uuid import uuid4

import pytest

from consumers.event_log import Unreachable
from consumers.kafka.client import KafkaClients
from consumers.kafka.topic import ensure_topic
from milepost.embedded.kafka.broker_cluster import Brokers as Embedded


def test_topic_is_refused_where_fewer_brokers_run_than_keep_it(broker: Embedded) -> None:
    brokers = KafkaClients(broker.bootstrap, f"test.{uuid4().hex}")
    with pytest.raises(Unreachable, match=r"1 broker runs: start 2 more, or set MILEPOST_KAFKA_REPLICAS=1$"):
        ensure_topic(brokers, replicas=3)
    assert ensure_topic(brokers, replicas=1).replicas == 1
