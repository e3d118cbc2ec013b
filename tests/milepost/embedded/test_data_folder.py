"""The data folder of an embedded server, whichever server it is."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from milepost.embedded.data_folder import DataFolder
from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka import broker_folder as kafka
from milepost.embedded.os_user import OsUser
from milepost.embedded.postgres import cluster
from milepost.embedded.postgres.binaries import PostgresError
from tests.milepost.servers import ROOT, as_nobody

Prepared = Callable[[Path], DataFolder]


@pytest.fixture(params=[cluster.prepared, kafka.prepared], ids=["postgres", "kafka"])
def prepared(request: pytest.FixtureRequest) -> Prepared:
    found: Prepared = request.param
    return found


def refusal(prepared: Prepared, data: Path) -> str:
    with pytest.raises((PostgresError, KafkaError)) as refused:
        prepared(data)
    return str(refused.value)


def test_is_made_where_it_is_missing(prepared: Prepared, data: Path) -> None:
    assert prepared(data / "deep" / "inside") == prepared(data / "deep" / "inside")
    assert (data / "deep" / "inside").stat().st_mode & 0o777 == (0o711 if ROOT else 0o700)


def test_holds_nothing_else(prepared: Prepared, data: Path) -> None:
    data.mkdir()
    (data / "thesis.txt").write_text("years of work")
    assert "holds something else (thesis.txt): choose an empty or a new data folder" in refusal(prepared, data)
    assert [file.name for file in data.iterdir()] == ["thesis.txt"]


def test_is_ours_as_soon_as_there_is_anything_in_it(
    prepared: Prepared, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = Path.touch

    def interrupted(path: Path, mode: int) -> None:
        touch(path, mode)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "touch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            prepared(data)
    assert prepared(data).users.exists()


def test_is_no_other_servers(data: Path) -> None:
    cluster.prepared(data / "postgres")
    kafka.prepared(data / "kafka")
    assert "holds something else" in refusal(cluster.prepared, data / "kafka")
    assert "holds something else" in refusal(kafka.prepared, data / "postgres")


def test_is_no_file(prepared: Prepared, data: Path) -> None:
    data.write_text("")
    assert "File exists" in refusal(prepared, data)


def test_is_not_open_to_others(prepared: Prepared, data: Path) -> None:
    prepared(data)
    data.chmod(0o777)
    assert f"run `chmod go-w {data}`" in refusal(prepared, data)


def test_belongs_to_one_user(prepared: Prepared, data: Path) -> None:
    data.mkdir()
    (data / "thesis.txt").touch()
    sentence = "belongs to the user root" if ROOT else "holds something else"

    def work() -> None:
        assert sentence in refusal(prepared, data)

    assert as_nobody(work) == 0


def test_may_belong_to_one_without_a_name(prepared: Prepared, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    monkeypatch.setattr(os, "geteuid", Mock(return_value=os.getuid() + 1))
    monkeypatch.setattr(pwd, "getpwuid", Mock(side_effect=KeyError))
    assert f"belongs to the user {os.getuid()}: run Milepost as that user" in refusal(prepared, data)


def test_lies_where_its_user_can_pass(prepared: Prepared, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reaches(_: OsUser, path: Path) -> bool:
        return not path.is_relative_to(folder)

    monkeypatch.setattr(OsUser, "reaches", reaches)
    assert f"can't pass through {folder}: choose a data folder elsewhere" in refusal(prepared, folder / "data")


def test_gives_nobody_a_folder_of_another(prepared: Prepared, data: Path) -> None:
    made = prepared(data)
    (data / "inside").mkdir(0o755)
    with pytest.raises(made.error, match=r"inside must be a folder of .* with mode 0700"):
        made.private(data / "inside")


def test_says_what_the_system_refuses(prepared: Prepared, data: Path) -> None:
    made = prepared(data)
    with pytest.raises(made.error, match="No such file or directory"):
        made.private(data / "missing" / "inside")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("it broke: No space left on device", "The disk that holds /data is full: free some space, then start again."),
        ("error: Permission denied", "error: Permission denied. Give all in /data back to the users that had it, or"),
    ],
)
def test_tells_reasons_in_sentences(prepared: Prepared, data: Path, words: str, sentence: str) -> None:
    assert str(prepared(data).because(Path("/data"), f"fine\n{words}\nbye")).startswith(sentence)
