"""The settings."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from milepost.app.settings import MEANINGS, Settings, Unfit, default_folders, settings_from


def test_have_defaults_that_serve_one_machine() -> None:
    assert settings_from({name: value for name, value in os.environ.items() if "MILEPOST_" not in name}) == Settings()
    assert Settings().address == "http://127.0.0.1:8000"


@pytest.mark.parametrize("xdg", [{}, {"XDG_DATA_HOME": "", "XDG_CACHE_HOME": ""}, {"XDG_DATA_HOME": "data"}])
def test_keep_the_data_of_a_user_in_the_home_folder(xdg: dict[str, str]) -> None:
    assert default_folders({"HOME": "/users/ada"} | xdg, uid=1000) == {
        "data": Path("/users/ada/.local/share/milepost/data"),
        "kafka_data": Path("/users/ada/.local/share/milepost/kafka"),
        "kafka_jars": Path("/users/ada/.cache/milepost/kafka"),
    }


def test_keep_the_data_of_a_user_where_xdg_says() -> None:
    folders = default_folders({"XDG_DATA_HOME": "/disk/data", "XDG_CACHE_HOME": "/disk/cache"}, 1000)
    assert set(folders.values()) == {
        Path("/disk/data/milepost/data"), Path("/disk/data/milepost/kafka"), Path("/disk/cache/milepost/kafka"),
    }  # fmt: skip


def test_keep_the_data_of_root_in_var() -> None:
    assert default_folders({"XDG_DATA_HOME": "/disk/data", "XDG_CACHE_HOME": "/disk/cache"}, uid=0) == {
        "data": Path("/var/lib/milepost/data"),
        "kafka_data": Path("/var/lib/milepost/kafka"),
        "kafka_jars": Path("/var/cache/milepost/kafka"),
    }


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "home"}])
def test_have_absolute_folders_where_home_is_not_set(home: dict[str, str]) -> None:
    assert all(folder.is_absolute() for folder in default_folders(home, uid=1000).values())


@pytest.mark.parametrize("name", ["DATA", "KAFKA_DATA", "KAFKA_JARS", "KAFKA_CA", "KAFKA_KEY", "KAFKA_PASSWORD_FILE"])
@pytest.mark.parametrize("path", ["var/milepost", "~/milepost", "."])
def test_name_no_path_that_depends_on_the_working_directory(name: str, path: str) -> None:
    with pytest.raises(Unfit, match=f"MILEPOST_{name} is '{path}', which is no absolute path: give it one, such as /"):
        settings_from({f"MILEPOST_{name}": path})


def test_are_read_from_the_environment() -> None:
    settings = settings_from({"MILEPOST_DATA": "/srv/m", "MILEPOST_PORT": "9000", "MILEPOST_HOST": "::1"})
    assert (settings.data, settings.port, settings.address) == (Path("/srv/m"), 9000, "http://[::1]:9000")


def test_each_say_what_they_mean() -> None:
    assert MEANINGS.keys() == {one.name for one in fields(Settings)}


def test_that_are_none_are_refused_by_name() -> None:
    with pytest.raises(Unfit, match="MILEPOST_PROT is no setting of Milepost; the settings are MILEPOST_DATA"):
        settings_from({"MILEPOST_PROT": "9000"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.example.org"])
def test_open_no_door_to_others_while_nobody_can_sign_in(host: str) -> None:
    with pytest.raises(Unfit, match="MILEPOST_HOST"):
        settings_from({"MILEPOST_HOST": host})


@pytest.mark.parametrize("port", ["", "-1", "65536", "http", "80.5", "٨٠٠٠٠"])
def test_have_a_port_that_is_one(port: str) -> None:
    with pytest.raises(Unfit, match="MILEPOST_PORT is a port from 0 to 65535"):
        settings_from({"MILEPOST_PORT": port})


@pytest.mark.parametrize("replicas", ["0", "10", "three"])
def test_have_a_number_of_replicas_that_is_one(replicas: str) -> None:
    with pytest.raises(Unfit, match="MILEPOST_KAFKA_REPLICAS is a number of brokers from 1 to 9"):
        settings_from({"MILEPOST_KAFKA_REPLICAS": replicas})


def test_are_distributed_with_a_kafka_alone() -> None:
    assert not settings_from({"MILEPOST_KAFKA_TOPIC": "t"}).distributed
    assert settings_from({"MILEPOST_KAFKA_BOOTSTRAP": "kafka:9092"}).distributed


def test_hold_no_white_space_by_accident() -> None:
    with pytest.raises(Unfit, match="MILEPOST_LOG_NAME begins or ends with white space"):
        settings_from({"MILEPOST_LOG_NAME": " x"})


def test_are_shown_without_their_secrets() -> None:
    settings = settings_from({"MILEPOST_DATABASE_URL": "postgresql://app:s3cret@db/milepost"})
    assert "s3cret" not in str(settings.safe())
    assert settings.safe()["database_url"] == "set"
    assert Settings().safe()["database_url"] == "embedded"
