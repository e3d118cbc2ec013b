"""What a broker runs on."""

from pathlib import Path

import pytest

from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_user import account_for
from milepost.embedded.kafka.software import software_for
from milepost.embedded.os_user import OsUser
from tests.brokers import JARS

UNHEARD: list[str] = []


def test_is_a_java_and_every_jar(data: Path) -> None:
    software = software_for(account_for(data), JARS, UNHEARD.append)
    words = software.command("kafka.Kafka")
    assert words[0] == str(software.java)
    assert words[-3] == "-cp"
    assert words[-2].count(":") == len(software.jars) - 1 == 45


def test_lies_where_its_user_can_look(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reaches(self: OsUser, path: Path) -> bool:
        return path != JARS.absolute()

    monkeypatch.setattr(OsUser, "reaches", reaches)
    with pytest.raises(KafkaError, match=r"can't look into .*: set MILEPOST_KAFKA_JARS to a folder elsewhere"):
        software_for(account_for(data), JARS, UNHEARD.append)
