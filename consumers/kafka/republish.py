"""Again: have the whole log sent to the topic once more, where what it held can't be relied on."""

from kafka.errors import KafkaError

from consumers.event_log import LogSource, Unreachable
from consumers.kafka.client import Brokers, sentence
from consumers.kafka.end_offsets import ends
from consumers.kafka.lease import begin_again
from consumers.kafka.topic import made
from consumers.read_models.tables import connect


def send_again(conninfo: str, brokers: Brokers, source: LogSource, replicas: int) -> None:
    """Let the next relay begin at position 1; only what comes behind the present ends of the topic counts then.

    Raises `Unreachable` where Kafka can't say where those are.
    """
    made(brokers, replicas)
    try:
        found = ends(brokers, source)
    except KafkaError as error:
        raise Unreachable(sentence(error, brokers)) from error
    with connect(conninfo) as connection:
        begin_again(connection, str(source), {partition: end.next for partition, end in found.items()})
