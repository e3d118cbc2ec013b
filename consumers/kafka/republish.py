"""Republication of the whole log, for a topic whose records can't be relied on."""

from kafka.errors import KafkaError

from consumers.event_log import LogSource, Unreachable
from consumers.kafka.client import KafkaClients, explain_error
from consumers.kafka.end_offsets import read_partition_ends
from consumers.kafka.lease import restart_publication
from consumers.kafka.topic import ensure_topic
from consumers.read_models.tables import connect


def republish_all(conninfo: str, clients: KafkaClients, source: LogSource, replicas: int) -> None:
    """Have the next relay start at position 1; of the topic only records after its present end count then.

    Raises `Unreachable` if Kafka can't say where the topic ends.
    """
    ensure_topic(clients, replicas)
    try:
        ends = read_partition_ends(clients, source)
    except KafkaError as error:
        raise Unreachable(explain_error(error, clients)) from error
    with connect(conninfo) as connection:
        restart_publication(connection, str(source), {partition: end.next for partition, end in ends.items()})
