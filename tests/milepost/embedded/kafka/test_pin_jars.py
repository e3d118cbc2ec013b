"""The pins, and how they are made."""

from pathlib import Path

import pytest
from jgo.maven import MavenContext

from milepost.embedded.kafka.jars import PINS, Pin, digest
from milepost.embedded.kafka.pin_jars import FIRST_LINE, pinned, resolved

POM = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>{group}</groupId><artifactId>{name}</artifactId>"
    "<version>{version}</version><dependencies>{needs}</dependencies></project>"
)
NEED = "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
KAFKA, LOG, WRITER = (
    {"group": "org.apache.kafka", "name": "kafka_2.13", "version": "4.3.0"},
    {"group": "org.apache.logging.log4j", "name": "log4j-core", "version": "2.7"},
    {"group": "org.apache.logging.log4j", "name": "log4j-slf4j-impl", "version": "2.7"},
)


@pytest.fixture
def maven(tmp_path: Path) -> MavenContext:
    """A repository in which Kafka needs nothing but log4j, and nothing is ever fetched."""
    for one, needs in ((KAFKA, NEED.format_map(LOG)), (LOG, ""), (WRITER, "")):
        stem = tmp_path.joinpath(
            *one["group"].split("."), one["name"], one["version"], f"{one['name']}-{one['version']}"
        )
        stem.parent.mkdir(parents=True)
        stem.with_name(f"{stem.name}.pom").write_text(POM.format(**one, needs=needs))
        stem.with_name(f"{stem.name}.jar").write_text(one["name"])
    return MavenContext(repo_cache=tmp_path, remote_repos={})


def test_are_of_all_that_kafka_needs_and_of_what_writes_its_log(maven: MavenContext) -> None:
    names = [artifact.filename for artifact in resolved(maven)]
    assert names == ["kafka_2.13-4.3.0.jar", "log4j-core-2.7.jar", "log4j-slf4j-impl-2.7.jar"]


def test_say_digest_size_and_name(maven: MavenContext) -> None:
    artifact = resolved(maven)[1]
    assert pinned(artifact) == Pin(digest(artifact.resolve()), 10, "org.apache.logging.log4j:log4j-core:2.7")


def test_begin_with_how_they_are_made() -> None:
    assert PINS.read_text().startswith(FIRST_LINE)
