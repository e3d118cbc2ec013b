"""Kafka's jars: fetched once into a folder of the user, and never run before each has the digest that we pinned."""

import hashlib
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from milepost.embedded.kafka import KafkaError
from milepost.embedded.say import Say

PINS = Path(__file__).with_name("jars.txt")
FETCHERS = 6  # at once: most of the jars are small, so the time goes into waiting
TIMEOUT = 20  # seconds without a word from the repository


@dataclass(frozen=True)
class Pin:
    """A jar that we know: its SHA-256, its size in bytes, and its coordinate in Maven's notation."""

    sha256: str
    size: int
    coordinate: str

    @property
    def name(self) -> str:
        """The file's name."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    def __str__(self) -> str:
        return f"{self.sha256} {self.size} {self.coordinate}"


@cache
def pins() -> tuple[Pin, ...]:
    """All jars of a broker, as `jars.txt` pins them."""
    lines = (line.split() for line in PINS.read_text().splitlines() if not line.startswith("#"))
    return tuple(Pin(sha256, int(size), coordinate) for sha256, size, coordinate in lines)


def digest(file: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    with file.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest()


def jars(folder: Path, say: Say) -> list[Path]:
    """Every jar, in a folder that keeps them: what is missing is fetched, and each is what we pinned.

    Raises `KafkaError` where one is another, or can't be fetched or kept.
    """
    try:
        folder = folder.absolute()
        folder.mkdir(0o755, parents=True, exist_ok=True)
        if missing := [pin for pin in pins() if not (folder / pin.name).exists()]:
            _fetch(missing, folder, say)
        return [_checked(folder / pin.name, pin, IS_THERE) for pin in pins()]
    except OSError as error:
        raise KafkaError(f"Kafka's jars can't be kept in {folder} ({error}): set MILEPOST_KAFKA_JARS.") from error


def _fetch(missing: list[Pin], folder: Path, say: Say) -> None:
    size = sum(pin.size for pin in missing) / 1e6
    say(f"Fetching {len(missing)} jars of Kafka ({size:.0f} MB) into {folder}, once; waiting…")
    pool = ThreadPoolExecutor(FETCHERS)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as draft:
        try:
            fetching = [pool.submit(_fetched, pin, Path(draft), folder) for pin in missing]
            fetched = [_checked(one.result(), pin, CAME) for pin, one in zip(missing, fetching, strict=True)]
        finally:
            pool.shutdown(cancel_futures=True)
        for pin, jar in zip(missing, fetched, strict=True):
            jar.chmod(0o644)
            jar.rename(folder / pin.name)  # whole and checked, or not there
    say("Kafka's jars are here, and each is the one that Milepost pins.")


def _fetched(pin: Pin, draft: Path, folder: Path) -> Path:
    try:
        from jgo.maven import MavenContext
    except ImportError as error:
        raise KafkaError(
            "What fetches Kafka is not installed: install requirements-broker.lock, or use a Kafka of your own."
        ) from error
    maven = MavenContext(repo_cache=draft, timeout=TIMEOUT)
    try:
        return maven.create_dependency(pin.coordinate).artifact.resolve()
    except (OSError, RuntimeError) as error:  # the network's errors are the former
        raise KafkaError(
            f"{pin.name} can't be fetched ({str(error)[:200]}): start again with a way to Maven Central, or copy"
            f" {folder} from a machine that has Kafka's jars."
        ) from error


IS_THERE = "find out who changed it; then remove it, and start again"
CAME = "it is thrown away. Find out what stands between this machine and Maven Central, then start again"


def _checked(jar: Path, pin: Pin, way_out: str) -> Path:
    if (found := digest(jar)) != pin.sha256:
        raise KafkaError(f"{jar} has the SHA-256 {found}, and Milepost runs {pin.sha256} alone: {way_out}.")
    return jar
