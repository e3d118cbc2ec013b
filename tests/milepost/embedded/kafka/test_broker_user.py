"""The user that brokers run as."""

import os
import pwd
from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_user import account_for
from tests.milepost.servers import ROOT

NOBODY = pwd.getpwnam("nobody")


def test_is_never_root(data: Path) -> None:
    assert account_for(data).uid == (NOBODY.pw_uid if ROOT else os.getuid())


def test_is_kafka_where_root_has_such_a_user(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = pwd.struct_passwd(("kafka", "x", 777, 777, "", "/", "/bin/false"))
    monkeypatch.setattr(os, "geteuid", Mock(return_value=0))
    monkeypatch.setattr(pwd, "getpwall", Mock(return_value=[NOBODY, kafka]))
    assert account_for(data).name == "kafka"


def test_is_whoever_owns_what_is_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    owner = pwd.struct_passwd(("ada", "x", 1234, 1234, "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", Mock(return_value=owner))
    assert account_for(data).name == "ada"


def test_is_not_root_though_root_owns_what_is_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    monkeypatch.setattr(pwd, "getpwuid", Mock(return_value=pwd.getpwnam("root")))
    with pytest.raises(KafkaError, match="belongs to root, as whom no broker is run: `chown -R nobody` it"):
        account_for(data)


def test_has_a_name(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    monkeypatch.setattr(pwd, "getpwuid", Mock(side_effect=KeyError))
    with pytest.raises(KafkaError, match="add the user `kafka` to /etc/passwd"):
        account_for(data)
