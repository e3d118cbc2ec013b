"""The data folder of the embedded brokers: what is in it, and whose it is.

DATA/users.lock           shared by the processes that use the brokers; who can have it alone is the last
DATA/starting.lock        held by the one process that starts brokers
DATA/kept                 there while the brokers run without a user, until `milepost kafka stop`
DATA/cluster.json         the cluster's id, and the ports of its brokers
DATA/broker-N.lock        held by the broker's process, so the kernel says whether it lives
DATA/broker-N.properties  what it is told, written anew at each start
DATA/broker-N.out         what its Java says
DATA/log-N/               what the broker says
DATA/kafka-N/             Kafka's own folder, of the user that the broker runs as
"""

import base64
import uuid
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from milepost.embedded.data_folder import DataFolder
from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_user import account_for
from milepost.embedded.kafka.ports import free_port


@dataclass(frozen=True)
class Broker:
    """One broker: its number from 1, the folder it shares, and its ports for clients and for controllers."""

    number: int
    data: Path
    port: int
    controller_port: int

    @property
    def lock(self) -> Path:
        return self.data / f"broker-{self.number}.lock"

    @property
    def properties(self) -> Path:
        return self.data / f"broker-{self.number}.properties"

    @property
    def out(self) -> Path:
        return self.data / f"broker-{self.number}.out"

    @property
    def log(self) -> Path:
        return self.data / f"log-{self.number}" / "broker.log"

    @property
    def kafka(self) -> Path:
        return self.data / f"kafka-{self.number}"


@dataclass(frozen=True)
class _Note:
    id: str
    ports: list[tuple[int, int]]


_NOTES = TypeAdapter(_Note)
_REASONS = {
    "Address already in use": "Another program took the broker's port meanwhile: start again, and it takes a free one.",
    "Failed to acquire lock on file": "Another Kafka works on {data}: stop it, then start again.",
    "Cannot allocate memory": "There is too little memory for a broker ({line}): free some, then start again.",
    "OutOfMemoryError": "The broker ran out of memory ({line}): start it again.",
}


@dataclass(frozen=True)
class Folder(DataFolder):
    """A data folder of Kafka's that is ours, and the user that its brokers run as."""

    error = KafkaError
    server = "broker"
    elsewhere = "/var/lib/milepost/kafka"
    mark = "starting.lock"
    fatal = ("FATAL", "Exception", "ERROR", "rror:")
    reasons = _REASONS
    unknown = "The broker in {data} doesn't run: {line}. The logs in {data} say more."

    @property
    def starting(self) -> Path:
        return self.data / self.mark

    @property
    def kept(self) -> Path:
        return self.data / "kept"

    @property
    def _noted(self) -> Path:
        return self.data / "cluster.json"

    @property
    def made(self) -> bool:
        """Whether there is a cluster in it."""
        return self._noted.exists()

    @property
    def cluster(self) -> str:
        """The cluster's id, which never changes."""
        return self._note().id

    def brokers(self) -> list[Broker]:
        """The brokers, with the ports that they have now; none before a cluster is made."""
        ports = self._note().ports if self.made else []
        return [Broker(number, self.data, *pair) for number, pair in enumerate(ports, 1)]

    def make(self, count: int) -> None:
        """Note a new cluster of so many brokers."""
        self._write(_Note(new_id(), [(free_port(), free_port()) for _ in range(count)]))

    def move(self, ports: list[tuple[int, int]]) -> None:
        """Note other ports, for clients and controllers, while no broker lives."""
        self._write(_Note(self.cluster, ports))

    def _note(self) -> _Note:
        with self.said(self.data):
            noted = self._noted.read_bytes()
        try:
            return _NOTES.validate_json(noted)
        except ValueError as error:
            raise KafkaError(f"{self._noted} is damaged: restore {self.data}, or remove it to begin anew.") from error

    def _write(self, note: _Note) -> None:
        draft = self._noted.with_name("cluster-unfinished.json")
        draft.write_bytes(_NOTES.dump_json(note))
        draft.rename(self._noted)


def new_id() -> str:
    """A cluster's id as Kafka writes one; never one that begins with a dash, which would be an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return new_id() if text.startswith("-") else text


def prepared(data: Path) -> Folder:
    """The data folder, made where it is missing. Raises `KafkaError` where it can't be made or isn't ours."""
    data = data.resolve()
    if "," in str(data):
        raise KafkaError(f"Kafka takes {data} for several folders, because of the comma: choose another.")
    return Folder.ours(data, lambda found: account_for(found / "kafka-1"))
