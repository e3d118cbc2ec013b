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
import os
import stat
import subprocess
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from milepost.account import Account
from milepost.kafka import KafkaError
from milepost.kafka.account import account_for
from milepost.kafka.ports import free_port


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


@dataclass(frozen=True)
class Folder:
    """A data folder that is ours, and the user that its brokers run as."""

    data: Path
    account: Account

    @property
    def users(self) -> Path:
        return self.data / "users.lock"

    @property
    def starting(self) -> Path:
        return self.data / "starting.lock"

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
        """The brokers, with the ports that they have now."""
        return [Broker(number, self.data, *ports) for number, ports in enumerate(self._note().ports, 1)]

    def make(self, count: int) -> None:
        """Note a new cluster of so many brokers."""
        self._write(_Note(new_id(), [(free_port(), free_port()) for _ in range(count)]))

    def move(self, ports: list[tuple[int, int]]) -> None:
        """Note other ports, for clients and controllers, while no broker lives."""
        self._write(_Note(self.cluster, ports))

    def _note(self) -> _Note:
        with said(self.data):
            noted = self._noted.read_bytes()
        try:
            return _NOTES.validate_json(noted)
        except ValueError as error:
            raise KafkaError(f"{self._noted} is damaged: restore {self.data}, or remove it to begin anew.") from error

    def _write(self, note: _Note) -> None:
        draft = self._noted.with_name("cluster-unfinished.json")
        draft.write_bytes(_NOTES.dump_json(note))
        draft.rename(self._noted)

    def private(self, folder: Path) -> None:
        """Make a folder of the account's, closed to all others. Raises `KafkaError` where there is another's."""
        if not os.path.lexists(folder):
            folder.mkdir(0o700)
            self.account.adopt(folder)
        found = folder.lstat()
        if (found.st_mode, found.st_uid) != (stat.S_IFDIR | 0o700, self.account.uid):
            name = self.account.name
            raise KafkaError(f"{folder} must be a folder of {name} with mode 0700: remove it, then start again.")


def new_id() -> str:
    """A cluster's id as Kafka writes one; never one that begins with a dash, which would be an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return new_id() if text.startswith("-") else text


def prepared(data: Path) -> Folder:
    """The data folder, made where it is missing. Raises `KafkaError` where it can't be made or isn't ours."""
    data = data.resolve()
    with said(data):
        data.mkdir(parents=True, exist_ok=True)
        _demand_ours(data)
        folder = Folder(data, account_for(data / "kafka-1"))
        data.chmod(0o711 if folder.account.switches else 0o700)
        for lock in (folder.users, folder.starting):
            lock.touch(0o600)
        _demand_way(folder)
    return folder


def _demand_ours(data: Path) -> None:
    found = data.stat()
    inside = {path.name for path in data.iterdir()}
    if "," in str(data):
        raise KafkaError(f"Kafka takes {data} for several folders, because of the comma: choose another.")
    if found.st_uid != os.geteuid():
        raise KafkaError(f"{data} belongs to another user: run Milepost as that user, or choose another folder.")
    if inside and "users.lock" not in inside:
        raise KafkaError(f"{data} holds something else ({min(inside)}): choose an empty or a new folder.")
    if inside and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise KafkaError(f"Others can write to {data}: see that nothing was changed, then run `chmod go-w {data}`.")


def _demand_way(folder: Folder) -> None:
    for passed in (*reversed(folder.data.parents), folder.data):
        if not folder.account.reaches(passed):
            raise KafkaError(
                f"Run by root, the broker belongs to the user {folder.account.name}, who can't pass through {passed}:"
                " choose a folder elsewhere, such as /var/lib/milepost/kafka."
            )


@contextmanager
def said(data: Path) -> Generator[None]:
    """Turns what the operating system refuses into a `KafkaError`."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise KafkaError(because(data, str(error))) from error


_UNKNOWN = "The broker in {data} doesn't run: {line}. The logs in {data} say more."
_REASONS = {
    "No space left on device": "The disk that holds {data} is full: free some space, then start again.",
    "Address already in use": "Another program took the broker's port meanwhile: start again, and it takes a free one.",
    "Failed to acquire lock on file": "Another Kafka works on {data}: stop it, then start again.",
    "Cannot allocate memory": "There is too little memory for a broker ({line}): free some, then start again.",
    "OutOfMemoryError": "The broker ran out of memory ({line}): start it again.",
    "ermission denied": "{line}. Give all in {data} back to the users that had it, or choose another folder.",
}


def because(data: Path, text: str) -> str:
    """The sentence for what a broker or the operating system said about the data folder."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason was given"]
    fatal = [line for line in lines if any(word in line for word in ("FATAL", "Exception", "ERROR", "rror:"))] or lines
    sentence = next((way for sign, way in _REASONS.items() if sign in text), _UNKNOWN)
    return sentence.format(data=data, line=fatal[-1])
