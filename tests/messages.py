"""Messages to and from a broker, by the plainest use of the client."""

from importlib import import_module
from typing import Any

kafka: Any = import_module("kafka")  # without types of its own, and those that pyright knows are of an older one


def make_topic(bootstrap: str, topic: str, copies: int = 1) -> None:
    admin = kafka.KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.create_topics(
            {topic: {"num_partitions": 1, "replication_factor": copies}}, timeout_ms=30_000, wait_for_metadata=True
        )
    finally:
        admin.close()


def send(bootstrap: str, topic: str, *values: bytes) -> None:
    producer = kafka.KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    try:
        for sent in [producer.send(topic, value) for value in values]:
            sent.get(timeout=60)
    finally:
        producer.close(timeout=10)


def heard(bootstrap: str, topic: str) -> list[bytes]:
    """Every value of the topic's one partition, from the beginning."""
    partition = kafka.TopicPartition(topic, 0)
    consumer = kafka.KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        consumer.assign([partition])
        last: int = consumer.end_offsets([partition])[partition]
        values: list[bytes] = []
        while len(values) < last:
            batches = consumer.poll(timeout_ms=30_000)
            assert batches, "waited in vain"
            values += [record.value for records in batches.values() for record in records]
        return values
    finally:
        consumer.close()
