"""A broker's process."""

import subprocess
from pathlib import Path

from milepost.embedded.kafka.broker_cluster import Brokers
from milepost.embedded.kafka.broker_folder import Broker, prepared
from milepost.embedded.kafka.broker_process import alive, end, pid
from tests.milepost.servers import ROOT, ended, until


def test_runs_as_nobody_that_matters(broker: Brokers) -> None:
    status = Path(f"/proc/{broker.pid(1)}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    groups = next(line.split()[1:] for line in status.splitlines() if line.startswith("Groups:"))
    assert int(uid) != 0
    assert not ROOT or groups == []


def test_listens_on_this_machine_alone(broker: Brokers) -> None:
    held = {str(one.readlink()) for one in Path(f"/proc/{broker.pid(1)}/fd").iterdir()}
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{broker.pid(1)}/net/{table}").read_text().splitlines()[1:]
        if f"socket:[{line.split()[9]}]" in held and line.split()[3] == "0A"
    ]
    assert len(listening) == 2
    assert {address.partition(":")[0] for address in listening} <= {"0100007F", "0000000000000000FFFF00000100007F"}


def test_writes_its_log_into_the_folder(broker: Brokers) -> None:
    [one] = broker.brokers
    assert "Kafka Server started" in one.log.read_text()


def test_is_told_from_a_stranger_with_its_words(data: Path) -> None:
    folder = prepared(data)
    folder.make(1)
    [broker] = folder.brokers()
    broker.lock.touch()
    words = ["kafka.Kafka", str(broker.properties)]
    with subprocess.Popen(["sh", "-c", "sleep 60; true", *words], **folder.account.options()) as stranger:
        try:
            until(lambda: Path(f"/proc/{stranger.pid}/cmdline").read_bytes().endswith(b"properties\0"))
            assert pid(broker, folder.account) is None
            assert not alive(broker)
            end([broker], folder.account)
            assert not ended(stranger.pid)
        finally:
            stranger.kill()


def test_that_never_was_doesnt_live(data: Path) -> None:
    assert not alive(Broker(1, data, 1, 2))
