"""The data folder of the embedded brokers."""

import base64
import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.account import Account
from milepost.kafka import KafkaError
from milepost.kafka.folder import because, new_id, prepared
from tests.milepost.servers import ROOT


def refusal(data: Path) -> str:
    with pytest.raises(KafkaError) as refused:
        prepared(data).brokers()
    return str(refused.value)


def test_is_made_where_it_is_missing(data: Path) -> None:
    assert not prepared(data / "kafka").made
    assert (data / "kafka").stat().st_mode & 0o777 == (0o711 if ROOT else 0o700)


def test_remembers_its_cluster(data: Path) -> None:
    made = prepared(data)
    made.make(2)
    again = prepared(data)
    assert (again.cluster, again.brokers()) == (made.cluster, made.brokers())
    assert [broker.number for broker in again.brokers()] == [1, 2]
    assert len({port for broker in again.brokers() for port in (broker.port, broker.controller_port)}) == 4


def test_has_an_id_as_kafka_writes_one() -> None:
    for _ in range(200):
        assert len(base64.urlsafe_b64decode(new_id() + "==")) == 16
        assert not new_id().startswith("-")


def test_holds_nothing_else(data: Path) -> None:
    data.mkdir()
    (data / "thesis.tex").touch()
    assert "holds something else (thesis.tex): choose an empty or a new folder" in refusal(data)


def test_is_not_open_to_others(data: Path) -> None:
    prepared(data)
    data.chmod(0o777)
    assert f"run `chmod go-w {data}`" in refusal(data)


def test_belongs_to_who_runs_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(data)
    monkeypatch.setattr(os, "geteuid", Mock(return_value=os.getuid() + 1))
    assert "belongs to another user" in refusal(data)


def test_has_no_comma(data: Path) -> None:
    assert "because of the comma: choose another" in refusal(data / "a,b")


def test_lies_where_its_user_can_pass(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reaches(self: Account, path: Path) -> bool:
        return path != data.parent

    monkeypatch.setattr(Account, "reaches", reaches)
    assert f"can't pass through {data.parent}: choose a folder elsewhere" in refusal(data)


def test_says_when_its_note_is_damaged(data: Path) -> None:
    prepared(data)
    (data / "cluster.json").write_text('{"id": ')
    assert "cluster.json is damaged: restore" in refusal(data)


def test_gives_nobody_a_folder_of_another(data: Path) -> None:
    made = prepared(data)
    (data / "kafka-1").mkdir(0o755)
    with pytest.raises(KafkaError, match=r"kafka-1 must be a folder of .* with mode 0700"):
        made.private(data / "kafka-1")


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
    assert sentence in because(Path("/data"), words)
