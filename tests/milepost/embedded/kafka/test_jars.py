"""Kafka's jars."""

import gc
import hashlib
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka import jars as subject
from milepost.embedded.kafka.jars import Pin, jars, pins
from milepost.embedded.kafka.metadata_probe import HOST

CONTENT = b"what a jar holds"
PIN = Pin(hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "org.example:pump:1.0")
SAID: list[str] = []
REPOSITORIES = "jgo.maven._core.DEFAULT_REMOTE_REPOS"


# What fetches doesn't close an answer that it doesn't read: that is said when the answer is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has above
        pass


@pytest.fixture(autouse=True)
def one_pin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(subject, "pins", lambda: (PIN,))
    yield
    gc.collect()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The place of the jar in a repository of our own, which is asked instead of the real one."""
    jar = tmp_path / "repository" / "org" / "example" / "pump" / "1.0" / PIN.name
    jar.parent.mkdir(parents=True)
    jar.write_bytes(CONTENT)
    with ThreadingHTTPServer((HOST, 0), partial(Quiet, directory=str(tmp_path / "repository"))) as server:
        monkeypatch.setattr(REPOSITORIES, {"central": f"http://{HOST}:{server.server_port}"})
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield jar
        server.shutdown()
        serving.join()


def refusal(folder: Path) -> str:
    with pytest.raises(KafkaError) as refused:
        jars(folder, SAID.append)
    return str(refused.value)


def test_are_those_of_one_kafka() -> None:
    ours = [pin.coordinate.split(":") for pin in pins()]
    assert len({pin.name for pin in pins()}) == len(ours) == 46
    assert {version for group, _, version in ours if group == "org.apache.kafka"} == {"4.3.0"}
    assert len({version for group, _, version in ours if group == "org.apache.logging.log4j"}) == 1
    assert all(len(pin.sha256) == 64 and pin.size > 0 for pin in pins())


def test_are_fetched_once(tmp_path: Path, repository: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "new" / "jars"
    assert jars(folder, said.append) == [folder / PIN.name]
    assert (folder / PIN.name).read_bytes() == CONTENT
    assert said[0].startswith(f"Fetching 1 jars of Kafka (0 MB) into {folder}, once")
    repository.unlink()
    assert jars(folder, said.append) == [folder / PIN.name]
    assert len(said) == 2
    assert [path.name for path in folder.iterdir()] == [PIN.name], "nothing unfinished is left"


def test_that_came_wrong_are_thrown_away(tmp_path: Path, repository: Path) -> None:
    repository.write_bytes(b"what a thief put there")
    told = refusal(tmp_path / "jars")
    assert f"Milepost runs {PIN.sha256} alone: it is thrown away" in told
    assert list((tmp_path / "jars").iterdir()) == []


def test_that_were_changed_are_not_run(tmp_path: Path, repository: Path) -> None:
    [jar] = jars(tmp_path / "jars", SAID.append)
    jar.write_bytes(CONTENT + b"\0")
    assert f"{jar} has the SHA-256" in refusal(tmp_path / "jars")
    assert jar.exists(), "it is evidence"


def test_that_nobody_has_are_missed_with_a_way_out(tmp_path: Path, repository: Path) -> None:
    repository.unlink()
    told = refusal(tmp_path / "jars")
    assert f"{PIN.name} can't be fetched (" in told
    assert f"copy {tmp_path / 'jars'} from a machine that has Kafka's jars" in told


def test_cant_be_fetched_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REPOSITORIES, {"central": f"http://{HOST}:9"})  # where nothing listens
    assert "start again with a way to Maven Central" in refusal(tmp_path / "jars")


def test_need_what_fetches_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    assert "install requirements-broker.lock" in refusal(tmp_path / "jars")


def test_need_a_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "set MILEPOST_KAFKA_JARS" in refusal(tmp_path / "file" / "jars")
