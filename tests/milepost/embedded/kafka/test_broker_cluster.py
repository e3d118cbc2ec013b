"""The embedded brokers."""

import os
import signal
import socket
import subprocess
import sys
from io import FileIO
from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.embedded.file_locks import take
from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_cluster import Brokers, BrokersStarting, seen, start, stop_kept, stop_unused
from milepost.embedded.kafka.broker_folder import prepared
from milepost.embedded.kafka.broker_process import BEAT
from milepost.embedded.kafka.metadata_probe import HOST
from tests.brokers import JARS, Cluster
from tests.messages import heard, make_topic, send
from tests.milepost.servers import ended, until

UNHEARD: list[str] = []
USER = """
import pathlib, sys
from milepost.embedded.kafka.broker_cluster import start
brokers = start(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), print)
print(brokers.pid(1), flush=True)
sys.stdin.read()
brokers.stop()
"""


def kill(brokers: Brokers, number: int = 1) -> None:
    found = brokers.pid(number)
    assert found is not None
    os.kill(found, signal.SIGKILL)
    until(lambda: ended(found))


def again(brokers: Brokers, say: list[str] = UNHEARD) -> Brokers:
    return start(brokers.folder.data, JARS, say.append)


def test_take_a_message_and_give_it_back(broker: Brokers) -> None:
    make_topic(broker.bootstrap, "there-and-back")
    send(broker.bootstrap, "there-and-back", b"one", b"two")
    assert heard(broker.bootstrap, "there-and-back") == [b"one", b"two"]


def test_keep_what_they_have_over_a_stop_and_over_a_kill(cluster: Cluster) -> None:
    first = cluster(1)
    make_topic(first.bootstrap, "kept")
    send(first.bootstrap, "kept", b"one")
    pid = first.pid(1)
    first.stop()
    assert ended(pid)
    assert [(one.alive, one.pid, one.answers) for one in seen(first.folder.data)] == [(False, None, False)]
    with again(first) as second:
        assert second.bootstrap == first.bootstrap
        send(second.bootstrap, "kept", b"two")
        kill(second)
        with again(second) as third:
            assert heard(third.bootstrap, "kept") == [b"one", b"two"]
    assert first.pid(1) is None


def test_are_shared_by_processes(broker: Brokers) -> None:
    program = [sys.executable, "-c", USER, str(broker.folder.data), str(JARS)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert int(other.stdout.readline()) == broker.pid(1)
        other.communicate(timeout=60)
        assert other.returncode == 0
    assert not ended(broker.pid(1))


def test_run_without_a_user_while_they_are_kept(cluster: Cluster) -> None:
    ours = cluster(1)
    pid = ours.pid(1)
    ours.keep()
    with again(ours) as joined:
        assert joined.pid(1) == pid
        assert not stop_kept(ours.folder.data), "somebody uses them"
        ours.folder.kept.touch()
    assert not ended(pid)
    assert stop_kept(ours.folder.data)
    assert ended(pid)


def test_are_left_alone_once_they_are_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, ends = prepared(data), Mock()
    folder.make(1)

    def kept_meanwhile(lock: Path, mode: int) -> FileIO | None:
        folder.kept.touch()
        return take(lock, mode)

    monkeypatch.setattr("milepost.embedded.shared_server.take", kept_meanwhile)
    monkeypatch.setattr("milepost.embedded.kafka.broker_cluster.end", ends)
    stop_unused(data)
    ends.assert_not_called()


def test_are_three_that_do_without_one_and_take_it_back(cluster: Cluster) -> None:
    three = cluster(3)
    make_topic(three.bootstrap, "copied", copies=3)
    kill(three, 2)
    send(three.bootstrap, "copied", b"one", b"two")
    with again(three) as whole:
        assert [one.answers for one in seen(whole.folder.data)] == [True, True, True]
        assert heard(whole.bootstrap, "copied") == [b"one", b"two"]
        pids = [whole.pid(number) for number in (1, 2, 3)]
        three.stop()
    assert all(map(ended, pids))


def test_are_as_many_as_they_were_made(broker: Brokers) -> None:
    with pytest.raises(KafkaError, match="holds a cluster of 1, not of 3: choose another folder"):
        start(broker.folder.data, JARS, UNHEARD.append, 3)
    assert not ended(broker.pid(1))


@pytest.mark.usefixtures("quick")
def test_move_when_their_port_is_taken(data: Path) -> None:
    folder, said = prepared(data), list[str]()
    folder.make(1)
    [before] = folder.brokers()
    with socket.create_server((HOST, before.port)), start(data, JARS, said.append) as moved:
        [after] = moved.brokers
    assert after.port != before.port
    assert after.controller_port == before.controller_port
    assert said[0].startswith(f"Another program has taken port {before.port}")


def test_say_why_they_dont_start(data: Path) -> None:
    folder = prepared(data)
    folder.make(1)
    [broker] = folder.brokers()
    folder.private(broker.kafka)
    broker.kafka.joinpath("meta.properties").write_text(f"version=1\nnode.id=7\ncluster.id={folder.cluster}\n")
    broker.kafka.joinpath("meta.properties").chmod(0o644)
    with pytest.raises(KafkaError, match=r"doesn't run: .*node.id.* The logs in .* say more") as told:
        start(data, JARS, UNHEARD.append)
    assert not isinstance(told.value, BrokersStarting)
    assert not seen(data)[0].alive


def test_go_on_starting_when_patience_ends(data: Path) -> None:
    with pytest.raises(BrokersStarting, match="It goes on; start again later"):
        start(data, JARS, UNHEARD.append, patience=2 * BEAT)
    pid = seen(data)[0].pid
    with start(data, JARS, UNHEARD.append) as found:
        assert found.pid(1) == pid
    assert ended(pid)


def test_are_none_where_none_were_made(data: Path) -> None:
    assert seen(data) == []
    assert stop_kept(data)
    assert not data.exists()
