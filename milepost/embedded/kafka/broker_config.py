"""What a broker is told: its properties, and how it writes its log."""

import json
from collections.abc import Sequence

from milepost.embedded.kafka.broker_folder import Broker
from milepost.embedded.kafka.metadata_probe import HOST

JAVA_OPTIONS = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # the thorough compiler would take both cores for the first half minute
    "-XX:+ExitOnOutOfMemoryError",  # rather than to live on without the thread that failed
    "-Djava.awt.headless=true",
)


def properties(broker: Broker, brokers: Sequence[Broker]) -> str:
    """The properties file of one of these brokers, which all are controllers too."""
    given = _PROMISES | _SMALL | _copies(len(brokers)) | _place(broker, brokers)
    # Java's escapes in properties are those of JSON's strings; what isn't ASCII would be read as Latin-1.
    return "".join(f"{name}={json.dumps(str(value))[1:-1]}\n" for name, value in given.items())


_PROMISES: dict[str, object] = {
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
}
_SMALL: dict[str, object] = {  # one machine, a few clients
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 4 << 20,  # Kafka's own choice, 128 MB, is half our heap
    "offsets.topic.num.partitions": 12,
    "transaction.state.log.num.partitions": 3,
    "group.initial.rebalance.delay.ms": 0,
}


def _copies(brokers: int) -> dict[str, object]:
    """As many copies as there are brokers, up to three; with three, what was acknowledged survives the loss of one."""
    copies, least = min(brokers, 3), 2 if brokers > 2 else 1
    return {
        "default.replication.factor": copies,
        "min.insync.replicas": least,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": least,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": least,
    }


def _place(broker: Broker, brokers: Sequence[Broker]) -> dict[str, object]:
    address = f"PLAINTEXT://{HOST}:{broker.port}"
    return {
        "process.roles": "broker,controller",
        "node.id": broker.number,
        "log.dirs": broker.kafka,
        "listeners": f"{address},CONTROLLER://{HOST}:{broker.controller_port}",
        "advertised.listeners": address,
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": ",".join(f"{one.number}@{HOST}:{one.controller_port}" for one in brokers),
    }


LOGGING = """status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = ${sys:milepost.log}
appender.file.filePattern = ${sys:milepost.log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS}{UTC} %p %m (%c{1})%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 8MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""
"""How log4j writes a broker's log: at most 32 MB."""
