"""What is kept for quick starts."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.embedded.kafka import KafkaError, class_cache, software
from milepost.embedded.kafka.broker_cluster import Brokers
from milepost.embedded.kafka.class_cache import warm, warmed
from milepost.embedded.kafka.java import java_for
from tests.brokers import JARS


@pytest.fixture
def kept(folder: Path) -> Path:
    """Something that stands where it is kept, and isn't it."""
    warmed_up = folder / Path(warmed(JARS)[0].partition("=")[2]).name
    warmed_up.write_bytes(b"no classes")
    return warmed_up


def test_is_used_by_a_broker(broker: Brokers) -> None:
    words = Path(f"/proc/{broker.pid(1)}/cmdline").read_text().split("\0")
    [kept] = [word.partition("=")[2] for word in words if word.startswith("-XX:AOTCache=")]
    assert Path(kept).parent == JARS.absolute()
    assert "classes.aot" not in kept
    assert kept in Path(f"/proc/{broker.pid(1)}/maps").read_text()


def test_is_not_needed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warmed(folder) == []
    monkeypatch.setattr(class_cache, "version", Mock(side_effect=PackageNotFoundError))
    warm(folder, Mock())
    assert warmed(folder) == []
    assert list(folder.iterdir()) == []


def test_is_made_once(broker: Brokers, kept: Path) -> None:
    warm(kept.parent, Mock(side_effect=AssertionError))
    assert kept.read_bytes() == b"no classes"


def test_is_left_alone_where_it_is_damaged(broker: Brokers, kept: Path) -> None:
    account = broker.folder.account
    told = account.run(java_for(account, JARS), *warmed(kept.parent), "-version")
    assert told.returncode == 0
    assert 'version "25' in told.stdout


def test_is_not_kept_where_its_broker_died(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "jars", Mock(return_value=[folder / "none.jar"]))
    with pytest.raises(KafkaError, match=r"ClassNotFoundException: kafka\.tools\.StorageTool"):
        warm(folder, Mock())
    assert warmed(folder) == []
