"""What happens to brokers and to the way to them while a relay carries (rows B3, B4, B5, B6, B9, B15, B16)."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event

from milepost.embedded.kafka.broker_cluster import Brokers as Running
from milepost.embedded.kafka.broker_cluster import start
from tests.brokers import JARS, drop
from tests.chaos.field import Field, Ground
from tests.chaos.killing import telling
from tests.chaos.lives import lives
from tests.chaos.network import PRODUCE, Network
from tests.chaos.row import Dose, Outcome, outcome
from tests.consumers.topics import relay_of
from tests.milepost.conftest import reachable
from tests.milepost.test_disk_full import mounted
from tests.waiting import running, until

UNHEARD: list[str] = []


def broker_killed(ground: Ground, dose: Dose) -> Outcome:
    """The only broker is killed while events are carried, and is started again."""
    cluster = ground.cluster(1)
    with ground.field(cluster.bootstrap) as field, lives(field) as living:
        living.relay()
        living.projectors()
        until(lambda: field.reflected() > 0, "the first events are reflected")
        for _ in range(dose.times):
            with telling(field, dose.projects // dose.times):
                _until_it_moves(field)
                kill(cluster, 1)
            start_again(cluster)
        field.settle()
        return outcome(field, field.checked())


def _until_it_moves(field: Field) -> None:
    before = field.position()
    until(lambda: field.position() > before, "something is carried")


def kill(cluster: Running, number: int) -> None:
    pid = cluster.pid(number)
    assert pid is not None, "it lives"
    os.kill(pid, signal.SIGKILL)
    until(lambda: cluster.pid(number) is None, "it is dead")


def start_again(cluster: Running) -> None:
    """Start the brokers that are dead."""
    start(cluster.folder.data, JARS, UNHEARD.append).stop()


def long_outage(ground: Ground, dose: Dose) -> Outcome:
    """No broker is reached for longer than a client of Kafka tries by default; lag is 0 soon after."""
    with Network() as network, ground.field() as field:
        field.brokers = network.before(field.brokers)
        relay = relay_of(field.log, field.brokers)
        relay.stall_seconds = dose.seconds / 2
        with running(relay.run):
            until(lambda: field.position() > 0, "the first events are carried")
            for number in range(dose.times):
                breaks: list[Callable[[], None]] = [network.hold, network.cut]
                with telling(field, dose.projects // dose.times):
                    breaks[number % 2]()
                Event().wait(dose.seconds)
                network.mend()
                until(lambda: field.position() == field.log.head().position, "all is carried")
        return outcome(field, field.checked(rows=False))


def replies_lost(ground: Ground, dose: Dose) -> Outcome:
    """Brokers take records, and the relay never hears that they did."""
    with Network() as network, ground.field() as field:
        field.brokers = network.before(field.brokers)
        with running(relay_of(field.log, field.brokers).run):
            until(lambda: field.position() > 0, "the first events are carried")
            for number in range(1, dose.times + 1):
                network.lose[PRODUCE] += 1
                field.tell(2)
                until(partial(_lost, network, number), "the reply is lost")
            until(lambda: field.position() == field.log.head().position, "all is carried")
        return outcome(field, field.checked(rows=False))


def _lost(network: Network, times: int) -> bool:
    return network.lost[PRODUCE] >= times


def bad_network(ground: Ground, dose: Dose) -> Outcome:
    """The network is slow and narrow, and resets connections again and again."""
    with Network(delay=0.05, rate=256 * 1024, resets=0.01) as network, ground.field() as field:
        field.brokers = network.before(field.brokers)
        with lives(field) as living:
            living.relay()
            living.projectors()
            for _ in range(dose.times):
                field.tell(dose.projects // dose.times)
                until(lambda: field.position() == field.log.head().position, "all is carried")
            network.delay, network.rate, network.resets = 0.0, None, 0.0
            field.settle()
        return outcome(field, field.checked())


def brokers_fall(ground: Ground, dose: Dose) -> Outcome:
    """Of three brokers one after another is killed and comes back; then one, a second, and the last stay away."""
    cluster = ground.cluster(3)
    with ground.field(cluster.bootstrap) as field, lives(field, replicas=3) as living:
        living.relay()
        living.projectors()
        until(lambda: field.reflected() > 0, "the first events are reflected")
        for number in range(1, dose.times):
            with telling(field, dose.projects // dose.times):
                kill(cluster, number % 3 + 1)
                _until_it_moves(field)
            start_again(cluster)
        for number in (1, 2, 3):
            kill(cluster, number)
            with telling(field, dose.projects // dose.times):
                if number == 1:
                    _until_it_moves(field)
            Event().wait(dose.seconds)
        start_again(cluster)
        field.settle(120)
        return outcome(field, field.checked())


def disk_full(ground: Ground, dose: Dose) -> Outcome:
    """The broker's disk is full until the broker halts; then there is room again, and it is started again."""
    folder = reachable()
    with mounted(folder) as may:
        if not may:
            return Outcome(notes={"not tried, as no disk may be mounted here": dose.times})
        cluster = start(folder / "kafka", JARS, UNHEARD.append, 1)
        try:
            with ground.field(cluster.bootstrap) as field, lives(field) as living:
                living.relay()
                living.projectors()
                until(lambda: field.reflected() > 0, "the first events are reflected")
                for _ in range(dose.times):
                    _fill(folder / "filler")
                    with telling(field, dose.projects // dose.times):
                        until(lambda: cluster.pid(1) is None, "it halts")
                    (folder / "filler").unlink()
                    start_again(cluster)
                field.settle()
                return outcome(field, field.checked())
        finally:
            drop(cluster)


def _fill(filler: Path) -> None:
    with suppress(OSError), filler.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
