"""How many brokers keep each event, where the settings leave that open."""

from milepost.app.settings import Settings
from milepost.embedded.kafka.broker_cluster import brokers_in
from milepost.embedded.kafka.metadata_probe import HOST

REPLICAS = 3
"""With three, one broker can fail and another be restarted, and no event is lost."""


def replicas_of(settings: Settings) -> int:
    """The setting; without it three, or as many as the embedded Kafka has, where that is the one that is used."""
    if settings.kafka_replicas is not None:
        return settings.kafka_replicas
    embedded = {f"{HOST}:{broker.port}" for broker in brokers_in(settings.kafka_data)}
    used = set(settings.kafka_bootstrap.replace("localhost", HOST).split(","))
    return min(REPLICAS, len(embedded)) if used <= embedded else REPLICAS
