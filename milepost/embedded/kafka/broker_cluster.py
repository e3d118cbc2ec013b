"""The embedded brokers: started where none run, shared by every process that needs them, stopped by the last of them.

No broker is lost or left behind: who is killed leaves them running, and the next start takes them over. Of a cluster in
which brokers are dead, a start starts those.
"""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from io import FileIO
from pathlib import Path

from milepost.embedded.file_locks import take
from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_folder import Broker, Folder, prepared
from milepost.embedded.kafka.broker_process import BEAT, alive, end, last_words, launch, pid
from milepost.embedded.kafka.class_cache import warmed
from milepost.embedded.kafka.metadata_probe import HOST, asked
from milepost.embedded.kafka.ports import free_port, is_free
from milepost.embedded.kafka.software import software_for
from milepost.embedded.say import Say
from milepost.embedded.shared_server import Patience, Shared, Sharing

PATIENCE = 300.0  # seconds


class BrokersStarting(KafkaError):
    """The brokers need longer than we wait. They go on, and a later start finds them further on."""


@dataclass(frozen=True)
class Brokers(Shared):
    """Running brokers that this process uses: within a `with`, or until `stop`."""

    folder: Folder = field(repr=False)
    brokers: tuple[Broker, ...]

    @property
    def bootstrap(self) -> str:
        """The addresses that a client is told first, separated by commas."""
        return ",".join(f"{HOST}:{broker.port}" for broker in self.brokers)

    def pid(self, number: int) -> int | None:
        """The process of a broker, by its number from 1; None where it is dead."""
        return pid(self.brokers[number - 1], self.folder.account)

    def keep(self) -> None:
        """Use the brokers no longer, and leave them running until `stop_kept`."""
        with self.folder.said(self.folder.data):
            self.folder.kept.touch(0o600)
        self._share.close()


def start(data: Path, jar_folder: Path, say: Say, count: int | None = None, patience: float = PATIENCE) -> Brokers:
    """The brokers of a data folder, made, started, recovered or joined: whatever it takes, for so many seconds.

    A new cluster has `count` of them, or one; one that is there has as many as it was made with. What takes its time is
    said in sentences. Raises `KafkaError`.
    """
    folder = prepared(data)
    waiting = Patience(patience, BEAT, f"Kafka in {folder.data}", partial(_last_line, folder), say, BrokersStarting)
    return _sharing(folder).joined(_Starting(folder, jar_folder, count, say).brokers, waiting)


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
        _sharing(prepared(data)).end_unused()


def _sharing(folder: Folder) -> Sharing:
    return Sharing(folder.users, partial(_end, folder))


def _end(folder: Folder) -> None:
    if not folder.kept.exists():
        end(folder.brokers(), folder.account)


@dataclass(frozen=True)
class BrokerStatus:
    """A broker as it was found: whether its process lives, which it is, and whether it answers."""

    broker: Broker
    alive: bool
    pid: int | None
    answers: bool


def brokers_in(data: Path) -> list[Broker]:
    """The brokers of a data folder, running or not; none where no cluster was made or the folder can't be read."""
    try:
        return prepared(data).brokers() if (data / "cluster.json").exists() else []
    except (KafkaError, OSError):
        return []


def seen(data: Path) -> list[BrokerStatus]:
    """The brokers of a data folder as they are now; none where no cluster was made, and nothing is made."""
    if not (data / "cluster.json").exists():
        return []
    folder = prepared(data)
    brokers = folder.brokers()
    return [
        BrokerStatus(one, alive(one), pid(one, folder.account), _answers(one, brokers, folder.cluster))
        for one in brokers
    ]


def _answers(broker: Broker, brokers: list[Broker], cluster: str) -> bool:
    """Whether the broker answers for this cluster, and knows all the brokers that live."""
    answer = asked(broker.port)
    living = {one.number: one.port for one in brokers if alive(one)}
    return answer is not None and answer.cluster == cluster and living.items() <= answer.ports.items()


def _last_line(folder: Folder) -> str:
    words = "".join(map(last_words, folder.brokers()))
    told = [line for line in words.splitlines() if line.startswith("[")]  # others go on with one of these
    return told[-1][:200] if told else ""


@dataclass
class _Starting:
    folder: Folder
    jar_folder: Path
    count: int | None
    say: Say
    launched: set[int] = field(default_factory=set[int])

    def brokers(self, share: FileIO) -> Brokers | None:
        """The brokers, once all answer: those that we start, and those that others did."""
        brokers = self.folder.brokers()
        self._demand_count(brokers)
        if brokers and all(_answers(broker, brokers, self.folder.cluster) for broker in brokers):
            return Brokers(_sharing(self.folder), share, self.folder, tuple(brokers))
        for broker in brokers:
            if broker.number in self.launched and not alive(broker):
                raise self.folder.because(broker.data, last_words(broker))
        if not brokers or not all(map(alive, brokers)):
            self.launched |= self._launch()
        return None

    def _demand_count(self, brokers: list[Broker]) -> None:
        if brokers and self.count not in (None, len(brokers)):
            raise KafkaError(
                f"{self.folder.data} holds a cluster of {len(brokers)}, not of {self.count}: choose another folder."
            )

    def _launch(self) -> set[int]:
        """Start every broker that is dead, unless another process is at it."""
        with self.folder.said(self.folder.data):
            if (starting := take(self.folder.starting, fcntl.LOCK_EX)) is None:
                return set()
            with starting:
                return _launch(self.folder, self.jar_folder, self.count or 1, self.say)


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
