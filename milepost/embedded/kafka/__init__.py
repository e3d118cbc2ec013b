"""The embedded Kafka: real brokers of our own on this machine, for tests and for `make run-kafka`."""


class KafkaError(Exception):
    """The embedded Kafka can't be used as it is. Says in a sentence why, and what to do."""
