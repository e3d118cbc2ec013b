"""The doctor."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from milepost import clock
from milepost.cli import doctor
from milepost.cli.doctor import examined
from milepost.embedded.kafka.broker_cluster import Brokers
from milepost.embedded.postgres.server import Server
from tests.milepost.cli.conftest import Run, here
from tests.milepost.cli.test_program import PROPOSAL
from tests.milepost.logs import migrated, removed, with_log


def test_finds_all_well(milepost: Run) -> None:
    milepost("projects")
    told = milepost("doctor", "--json")
    assert (told.code, told.json["well"]) == (0, True)
    assert [one["what"] for one in told.json["findings"]] == [
        "settings", "database", "rights", "log", "clock", "read models",
    ]  # fmt: skip
    assert "PostgreSQL 18" in milepost("doctor").out


def test_sends_a_canary_where_it_is_asked_to(milepost: Run, tmp_path: Path) -> None:
    milepost("projects")
    told = milepost("doctor", "--canary", "--as", "ada", "--json")
    assert (told.code, told.json["well"]) == (0, True)
    found = told.json["findings"][-1]
    assert (found["what"], "was in every read model" in found["told"]) == ("canary", True)
    position = int(found["told"].split()[1].replace(",", ""))
    milepost("export", str(tmp_path / "log.jsonl"))
    sent = (tmp_path / "log.jsonl").read_text().splitlines()[position - 1]
    assert ('"type":"milepost.log.canary-sent.v1"' in sent, '"authid":"ada"' in sent) == (True, True)


def test_says_that_a_canary_was_lost(server: Server, broker: Brokers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CARRYING_SECONDS", 0.1)
    with removed(with_log(server)) as database:
        setting = {"MILEPOST_DATABASE_URL": database.application, "MILEPOST_KAFKA_BOOTSTRAP": broker.bootstrap}
        here("projects", **setting)
        told = here("doctor", "--canary", "--json", **setting, MILEPOST_KAFKA_TOPIC=f"test.{uuid4().hex}")
    [canary] = [one for one in told.json["findings"] if one["what"] == "canary"]
    assert (told.code, canary["well"]) == (1, False)
    assert canary["told"] == "event 3 didn't come through in 0 s: `milepost lag` says who is behind"


def test_ends_with_two_where_there_is_no_log_and_creates_none(tmp_path: Path) -> None:
    told = here("doctor", "--json", MILEPOST_DATA=str(tmp_path / "none"))
    assert (told.code, told.json["well"]) == (2, False)
    assert told.json["findings"][-1]["what"] == "log"
    assert f"there is no log in {tmp_path / 'none'}" in told.json["findings"][-1]["told"]
    assert not (tmp_path / "none").exists()


def test_names_a_setting_that_is_none() -> None:
    told = here("doctor", MILEPOST_PROT="1")
    assert (told.code, "MILEPOST_PROT" in told.out, "WRONG" in told.out) == (1, True, True)


def test_tells_no_secret(tmp_path: Path) -> None:
    url = f"host={tmp_path} dbname=x user=y password=s3cret"
    told = here("doctor", MILEPOST_DATABASE_URL=url, MILEPOST_OWNER_URL=url)
    assert told.code == 1
    assert "s3cret" not in told.out + told.error


def test_says_which_right_is_too_many(server: Server) -> None:
    with removed(migrated(server)) as database:
        told = here("doctor", "--json", MILEPOST_DATABASE_URL=database.superuser)
        assert told.code == 1
        assert told.json["findings"][-1]["what"] == "rights"
        assert "is a superuser" in told.json["findings"][-1]["told"]


def test_says_that_a_database_is_not_migrated(server: Server) -> None:
    with removed(migrated(server)) as database:
        with psycopg.connect(database.superuser, autocommit=True) as connection:
            connection.execute("DROP SCHEMA log CASCADE")
        told = here("doctor", "--json", MILEPOST_DATABASE_URL=database.application)
        assert (told.code, "milepost migrate" in told.json["findings"][-1]["told"]) == (1, True)


def test_sees_a_log_of_another_name(milepost: Run) -> None:
    milepost("projects")
    told = milepost("doctor", MILEPOST_LOG_NAME="another")
    assert (told.code, "asks for another" in told.out) == (1, True)


def test_sees_a_clock_that_is_behind(milepost: Run, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    milepost("projects")
    monkeypatch.setenv("MILEPOST_DATABASE_URL", address)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    found = {one.what: one for one in examined()}
    assert not found["clock"].well
    assert "set it right" in found["clock"].told


def test_sees_a_disk_that_is_nearly_full(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_DATA", str(made))
    monkeypatch.setattr(doctor, "LEAST_FREE", 1 << 60)
    disk = next(one for one in examined() if one.what == "disk")
    assert not disk.well
    assert "make room" in disk.told


def test_says_who_is_missing_around_kafka(server: Server, broker: Brokers, monkeypatch: pytest.MonkeyPatch) -> None:
    with removed(with_log(server)) as database:
        setting = {"MILEPOST_DATABASE_URL": database.application}
        here("projects", **setting)
        kafka = {
            "MILEPOST_KAFKA_BOOTSTRAP": broker.bootstrap,
            "MILEPOST_KAFKA_DATA": str(broker.folder.data),
            "MILEPOST_KAFKA_TOPIC": f"test.{uuid4().hex}",
        }
        told = here("doctor", "--json", **setting, **kafka)
        monkeypatch.setattr(doctor, "CARRYING_SECONDS", 0.1)
        here("propose-project", "pay-1", *PROPOSAL, **setting)
        later = here("doctor", "--json", **setting, **kafka)
    found = {one["what"]: (one["well"], one["told"]) for one in told.json["findings"]}
    assert found["kafka"] == (True, f"{broker.bootstrap} answers; brokers: 1")
    assert found["topic"][1].endswith("start the relay, which creates it")
    assert found["relay"] == (False, "no relay has published this log yet: start `milepost relay`")
    assert (
        found["projectors"][1] == "no projector of audit_trail, gates, phases, projects runs: start `milepost project`"
    )
    assert found["read models"] == (True, "they have every event")
    [models] = [one for one in later.json["findings"] if one["what"] == "read models"]
    assert (later.code, models["well"]) == (1, False)
    assert models["told"].startswith("event 3 didn't reach them all in 0 s: ")


def test_doctor_names_a_cluster_with_fewer_brokers_than_replicas(milepost: Run, broker: Brokers) -> None:
    milepost("projects")
    told = milepost("doctor", "--json", MILEPOST_KAFKA_BOOTSTRAP=broker.bootstrap, MILEPOST_KAFKA_REPLICAS="3")
    found = {one["what"]: (one["well"], one["told"]) for one in told.json["findings"]}
    well, why = found["kafka"]
    assert not well
    assert why.endswith("needs 3 replicas and 1 broker runs: start 2 more, or set MILEPOST_KAFKA_REPLICAS=1")


def test_says_why_kafka_is_not_reached(milepost: Run) -> None:
    milepost("projects")
    told = milepost("doctor", "--json", MILEPOST_KAFKA_BOOTSTRAP="nowhere")
    found = {one["what"]: one["told"] for one in told.json["findings"]}
    assert (told.code, "set host:port" in found["kafka"]) == (1, True)
