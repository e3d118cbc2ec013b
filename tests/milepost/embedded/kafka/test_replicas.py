"""How many brokers keep each event."""

from dataclasses import replace
from pathlib import Path

import pytest

from milepost.app.settings import Settings
from milepost.embedded.kafka.broker_cluster import Brokers
from milepost.embedded.kafka.replicas import replicas_of


@pytest.fixture
def settings(broker: Brokers) -> Settings:
    return Settings(kafka_data=broker.folder.data, kafka_bootstrap=broker.bootstrap)


def test_replicas_are_as_many_as_the_embedded_kafka_has(settings: Settings) -> None:
    assert replicas_of(settings) == 1
    assert (
        replicas_of(replace(settings, kafka_bootstrap=settings.kafka_bootstrap.replace("127.0.0.1", "localhost"))) == 1
    )


def test_replicas_are_three_for_another_kafka(settings: Settings, tmp_path: Path) -> None:
    assert replicas_of(replace(settings, kafka_bootstrap="kafka-1:9092")) == 3
    assert replicas_of(replace(settings, kafka_bootstrap=f"{settings.kafka_bootstrap},kafka-2:9092")) == 3
    assert replicas_of(replace(settings, kafka_data=tmp_path / "none")) == 3


def test_replicas_are_what_the_setting_says(settings: Settings) -> None:
    assert replicas_of(replace(settings, kafka_replicas=2)) == 2
