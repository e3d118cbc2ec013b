"""A person that a source names."""

import stat
from pathlib import Path

from milepost.imports import People, people_of

PEOPLE = People(bytes(32))


def test_has_one_opaque_id_however_the_name_is_decorated() -> None:
    ids = {PEOPLE.id_of(name) for name in ("ada", "@Ada", " ada@ ", "“@ada”")}
    assert len(ids) == 1
    assert "ada" not in str(ids.pop())


def test_is_another_under_another_key_or_name() -> None:
    assert len({PEOPLE.id_of("ada"), PEOPLE.id_of("bob"), People(b"1" * 32).id_of("ada")}) == 3


def test_without_a_name_is_nobody() -> None:
    assert PEOPLE.id_of(" @ ") is None


def test_stays_the_same_in_one_data_folder_alone(tmp_path: Path) -> None:
    first = people_of(tmp_path / "a").id_of("ada")
    assert people_of(tmp_path / "a").id_of("ada") == first
    assert people_of(tmp_path / "b").id_of("ada") != first


def test_is_hidden_by_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    people_of(tmp_path)
    assert stat.S_IMODE((tmp_path / "people.key").stat().st_mode) == 0o600


def test_has_an_id_for_one_run_where_the_key_is_not_kept(tmp_path: Path) -> None:
    trial = people_of(tmp_path / "none", keep_key=False)
    assert trial.id_of("ada") == trial.id_of("@Ada")
    assert not (tmp_path / "none").exists()
    kept = people_of(tmp_path / "kept")
    assert people_of(tmp_path / "kept", keep_key=False).id_of("ada") == kept.id_of("ada")
