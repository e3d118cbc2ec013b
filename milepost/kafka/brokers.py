"""The embedded brokers: started where none run, shared by every process that needs them, stopped by the last of them.

No broker is lost or left behind: who is killed leaves them running, and the next start takes them over. Of a cluster in
which brokers are dead, a start starts those.
"""

import fcntl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Self

from milepost.kafka import KafkaError
from milepost.kafka.folder import Broker, Folder, because, prepared, said
from milepost.kafka.ports import free_port, is_free
from milepost.kafka.process import BEAT, alive, end, last_words, launch, pid
from milepost.kafka.software import software_for
from milepost.kafka.warming import warmed
from milepost.kafka.wire import HOST, asked
from milepost.locks import take
from milepost.saying import Say

PATIENCE = 300.0  # seconds


class StillStarting(KafkaError):
    """The brokers need longer than we wait. They go on, and a later start finds them further on."""


@dataclass(frozen=True)
class Brokers:
    """Running brokers that this process uses: within a `with`, or until `stop`."""

    folder: Folder = field(repr=False)
    brokers: tuple[Broker, ...]
    _share: FileIO = field(repr=False)

    @property
    def bootstrap(self) -> str:
        """The addresses that a client is told first, separated by commas."""
        return ",".join(f"{HOST}:{broker.port}" for broker in self.brokers)

    def pid(self, number: int) -> int | None:
        """The process of a broker, by its number from 1; None where it is dead."""
        return pid(self.brokers[number - 1], self.folder.account)

    def keep(self) -> None:
        """Use the brokers no longer, and leave them running until `stop_kept`."""
        with said(self.folder.data):
            self.folder.kept.touch(0o600)
        self._share.close()

    def stop(self) -> None:
        """Use the brokers no longer; unless others use them or they are kept, they stop. Raises `KafkaError`."""
        if not self._share.closed:
            _leave(self.folder, self._share)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()


def start(data: Path, jar_folder: Path, say: Say, count: int | None = None, patience: float = PATIENCE) -> Brokers:
    """The brokers of a data folder, made, started, recovered or joined: whatever it takes, for so many seconds.

    A new cluster has `count` of them, or one; one that is there has as many as it was made with. What takes its time is
    said in sentences. Raises `KafkaError`.
    """
    folder = prepared(data)
    waiting = _Waiting(folder, jar_folder, count, say, patience)
    share = waiting.for_a_share()
    try:
        brokers = waiting.for_answers()
    except StillStarting:
        share.close()
        raise
    except BaseException:
        _leave(folder, share)
        raise
    return Brokers(folder, brokers, share)


def stop_kept(data: Path) -> bool:
    """Stop brokers that were kept; False where other processes use them, of which now the last stops them."""
    if not (data / "cluster.json").exists():
        return True
    folder = prepared(data)
    folder.kept.unlink(missing_ok=True)
    stop_unused(data)
    return not any(map(alive, folder.brokers()))


def stop_unused(data: Path) -> None:
    """Stop brokers that nobody uses and that aren't kept, as one who was killed leaves them."""
    if (data / "cluster.json").exists():
        folder = prepared(data)
        if (share := take(folder.users, fcntl.LOCK_SH)) is not None:
            _leave(folder, share)


@dataclass(frozen=True)
class Seen:
    """A broker as it was found: whether its process lives, which it is, and whether it answers."""

    broker: Broker
    alive: bool
    pid: int | None
    answers: bool


def seen(data: Path) -> list[Seen]:
    """The brokers of a data folder as they are now; none where no cluster was made, and nothing is made."""
    if not (data / "cluster.json").exists():
        return []
    folder = prepared(data)
    brokers = folder.brokers()
    return [Seen(one, alive(one), pid(one, folder.account), _answers(one, brokers, folder.cluster)) for one in brokers]


def _answers(broker: Broker, brokers: list[Broker], cluster: str) -> bool:
    """Whether the broker answers for this cluster, and knows all the brokers that live."""
    answer = asked(broker.port)
    living = {one.number: one.port for one in brokers if alive(one)}
    return answer is not None and answer.cluster == cluster and living.items() <= answer.ports.items()


@dataclass
class _Waiting:
    """Looks again and again, says every ten seconds what it waits for, and gives up after its patience."""

    folder: Folder
    jar_folder: Path
    count: int | None
    say: Say
    patience: float
    since: float = field(default_factory=time.monotonic)

    def for_a_share(self) -> FileIO:
        """Our share in the brokers; nobody gets one while their last user stops them."""
        for _ in self._moments():
            if (share := take(self.folder.users, fcntl.LOCK_SH)) is not None:
                return share
        raise AssertionError("the moments end by raising")

    def for_answers(self) -> tuple[Broker, ...]:
        """The brokers, once all answer: those that we start, and those that others did."""
        launched: set[int] = set()
        for _ in self._moments():
            brokers = self.folder.brokers() if self.folder.made else []
            self._demand_count(brokers)
            if brokers and all(_answers(broker, brokers, self.folder.cluster) for broker in brokers):
                return tuple(brokers)
            for broker in brokers:
                if broker.number in launched and not alive(broker):
                    raise KafkaError(because(broker.data, last_words(broker)))
            if not brokers or not all(map(alive, brokers)):
                launched |= self._launched()
        raise AssertionError("the moments end by raising")

    def _demand_count(self, brokers: list[Broker]) -> None:
        if brokers and self.count not in (None, len(brokers)):
            raise KafkaError(
                f"{self.folder.data} holds a cluster of {len(brokers)}, not of {self.count}: choose another folder."
            )

    def _launched(self) -> set[int]:
        """Start every broker that is dead, unless another process is at it."""
        with said(self.folder.data):
            if (starting := take(self.folder.starting, fcntl.LOCK_EX)) is None:
                return set()
            with starting:
                return _launch(self.folder, self.jar_folder, self.count or 1, self.say)

    def _moments(self) -> Iterator[None]:
        said_at = 0.0
        while True:
            yield
            waited = time.monotonic() - self.since
            if waited > self.patience:
                raise StillStarting(f"{self._state()} after {waited:.0f} s. It goes on; start again later.")
            if waited - said_at > 10:
                self.say(f"{self._state()} after {waited:.0f} s; waiting…")
                said_at = waited
            time.sleep(BEAT)

    def _state(self) -> str:
        words = [last_words(broker) for broker in self.folder.brokers()] if self.folder.made else []
        told = [line for line in "".join(words).splitlines() if line.startswith("[")]  # others go on with one of these
        last = told[-1][:200] if told else ""
        return f"Kafka in {self.folder.data} is not ready ({last or 'another process starts or stops it'})"


def _launch(folder: Folder, jar_folder: Path, count: int, say: Say) -> set[int]:
    software = software_for(folder.account, jar_folder, say, warmed(jar_folder))
    if not folder.made:
        say(f"Making a new Kafka in {folder.data}: {count} broker{'s' * (count > 1)}.")
        folder.make(count)
    brokers = _with_ports(folder, say)
    dead = [broker for broker in brokers if not alive(broker)]
    for broker in dead:
        for inside in (broker.kafka, broker.log.parent):
            folder.private(inside)
    with ThreadPoolExecutor(len(dead) or 1) as pool:
        begun = [pool.submit(launch, one, brokers, folder.cluster, folder.account, software) for one in dead]
    return {broker.number for broker, ours in zip(dead, begun, strict=True) if ours.result()}


def _with_ports(folder: Folder, say: Say) -> list[Broker]:
    """The brokers, with other ports where theirs were taken while none lived; who lives keeps what all know."""
    brokers = folder.brokers()
    ports = [(broker.port, broker.controller_port) for broker in brokers]
    taken = {port for pair in ports for port in pair if not is_free(port)}
    if taken and not any(map(alive, brokers)):
        say(f"Another program has taken port {min(taken)}: Kafka in {folder.data} moves to a free one.")
        folder.move([(_instead(client, taken), _instead(controller, taken)) for client, controller in ports])
    return folder.brokers()


def _instead(port: int, taken: set[int]) -> int:
    return free_port() if port in taken else port


def _leave(folder: Folder, share: FileIO) -> None:
    share.close()
    if not folder.kept.exists() and (alone := take(folder.users, fcntl.LOCK_EX)) is not None:
        with alone:  # so that nobody joins brokers that stop
            end(folder.brokers() if folder.made else [], folder.account)
