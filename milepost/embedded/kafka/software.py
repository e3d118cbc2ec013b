"""What a broker runs on, as its user may run it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_config import JAVA_OPTIONS
from milepost.embedded.kafka.jars import jars
from milepost.embedded.kafka.java import java_for
from milepost.embedded.os_user import OsUser
from milepost.embedded.say import Say


@dataclass(frozen=True)
class Software:
    """A Java, jars that were checked, and what Java is told besides where it serves."""

    java: Path
    jars: Sequence[Path]
    options: Sequence[str] = ()

    def command(self, *what: str | Path) -> list[str]:
        """How Java is called to run a program of Kafka's."""
        return [str(self.java), *JAVA_OPTIONS, "-cp", ":".join(map(str, self.jars)), *map(str, what)]


def software_for(account: OsUser, jar_folder: Path, say: Say, options: Sequence[str] = ()) -> Software:
    """The software, fetched and copied where it must be. Raises `KafkaError` where the account can't have it."""
    checked = jars(jar_folder, say)
    folder = checked[0].parent
    if not account.reaches(folder):
        raise KafkaError(
            f"Run by root, the broker belongs to the user {account.name}, who can't look into {folder}: set"
            " MILEPOST_KAFKA_JARS to a folder elsewhere, such as /var/cache/milepost/kafka."
        )
    return Software(java_for(account, folder), checked, options)
