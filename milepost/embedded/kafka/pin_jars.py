"""Resolves Kafka's jars and pins each by its digest in `jars.txt`: `python -m milepost.embedded.kafka.pin_jars`."""

import tempfile
from pathlib import Path

from jgo.maven import Artifact, MavenContext

from milepost.embedded.kafka.jars import PINS, Pin, digest

KAFKA = "org.apache.kafka:kafka_2.13:4.3.0"
TO_A_FILE = "org.apache.logging.log4j:log4j-slf4j-impl"
"""Writes Kafka's log by log4j, as Kafka's own distribution does; what Kafka depends on names no writer."""

FIRST_LINE = f"# The jars of {KAFKA}, by SHA-256. Made by `python -m milepost.embedded.kafka.pin_jars`; don't edit.\n"


def resolved(maven: MavenContext) -> list[Artifact]:
    """Every jar that a broker needs, in the order of their names."""
    kafka = maven.create_dependency(KAFKA)
    inputs, others = maven.resolver.resolve([kafka])
    found = {one.artifactId: one.artifact for one in [*inputs, *others]}
    # Apart, as what it imports would otherwise decide the versions of Kafka's own jars.
    writer = maven.create_dependency(f"{TO_A_FILE}:{found['log4j-core'].version}").artifact
    return sorted([*found.values(), writer], key=lambda artifact: artifact.filename)


def pinned(artifact: Artifact) -> Pin:
    """The pin of a jar, which is fetched for it."""
    jar = artifact.resolve()
    return Pin(digest(jar), jar.stat().st_size, f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        maven = MavenContext(repo_cache=Path(folder), timeout=60)
        pins = [pinned(artifact) for artifact in resolved(maven)]
    PINS.write_text(FIRST_LINE + "".join(f"{pin}\n" for pin in pins))


if __name__ == "__main__":
    main()
