"""The data folder of the embedded brokers."""

import base64
from pathlib import Path

import pytest

from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_folder import Folder, new_id, prepared


def refusal(data: Path) -> str:
    with pytest.raises(KafkaError) as refused:
        prepared(data).brokers()
    return str(refused.value)


def test_remembers_its_cluster(data: Path) -> None:
    made = prepared(data)
    assert not made.made
    assert made.brokers() == []
    made.make(2)
    again = prepared(data)
    assert (again.cluster, again.brokers()) == (made.cluster, made.brokers())
    assert [broker.number for broker in again.brokers()] == [1, 2]
    assert len({port for broker in again.brokers() for port in (broker.port, broker.controller_port)}) == 4


def test_has_an_id_as_kafka_writes_one() -> None:
    for _ in range(200):
        assert len(base64.urlsafe_b64decode(new_id() + "==")) == 16
        assert not new_id().startswith("-")


def test_has_no_comma(data: Path) -> None:
    assert "because of the comma: choose another" in refusal(data / "a,b")


def test_says_when_its_note_is_damaged(data: Path) -> None:
    prepared(data)
    (data / "cluster.json").write_text('{"id": ')
    assert "cluster.json is damaged: restore" in refusal(data)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("java.io.IOException: No space left on device", "is full: free some space"),
        ("KafkaException: bind failed\njava.net.BindException: Address already in use", "took the broker's port"),
        ("ERROR Failed to acquire lock on file .lock in /data", "Another Kafka works on /data: stop it"),
        ("OpenJDK: error='Cannot allocate memory' (errno=12)", "There is too little memory for a broker"),
        ("INFO fine\nERROR it broke\nINFO going", "The broker in /data doesn't run: ERROR it broke. The logs in /data"),
        ("", "The broker in /data doesn't run: no reason was given"),
    ],
)
def test_tells_reasons_in_sentences(words: str, sentence: str) -> None:
    assert sentence in str(Folder.because(Path("/data"), words))
