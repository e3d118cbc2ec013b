"""The relay: carries the log to Kafka, in order, at least once; one is active, others stand by."""

import logging
from collections import deque
from contextlib import closing, suppress
from threading import Event
from time import monotonic

import psycopg
from kafka.errors import KafkaError
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import EventLog, Unreachable
from consumers.kafka.batch_publisher import Carrier, Page
from consumers.kafka.client import Brokers, sentence
from consumers.kafka.end_offsets import demand_whole, ends, skipped, unsaved_ends
from consumers.kafka.lease import TERM_SECONDS, Lease, Lost, sent_so_far
from consumers.kafka.parked_streams import Unsent, asked_for, unsent_streams
from consumers.kafka.topic import made
from consumers.read_models.tables import connect

PAGE = 2_000
MOST_UNDER_WAY = 4
WEDGED_SECONDS = 60.0
WAIT_SECONDS = 0.5
LAST_SECONDS = 3.0
LOOK_SECONDS = 1.0
_log = logging.getLogger("milepost.relay")
_UNHELD = "SELECT set_config('idle_in_transaction_session_timeout', %s, false)"
"""One that is paused in the midst of saving must not hold the row of its lease for longer than the lease."""


class Wedged(Exception):
    """A producer has been silent for so long that it is replaced."""


class Relay:
    """Carries one log. `owner` names this process to an operator, `replicas` how often the topic is kept."""

    def __init__(self, conninfo: str, brokers: Brokers, event_log: EventLog, replicas: int, owner: str) -> None:
        self._conninfo, self._brokers, self.event_log = conninfo, brokers, event_log
        self._replicas, self._owner = replicas, owner
        self.wedged_after = WEDGED_SECONDS
        self.active = False

    def run(self, stop: Event) -> None:
        """Stand by, carry, and start over after whatever happens, until told to stop."""
        while not stop.is_set():
            try:
                with connect(self._conninfo) as connection:
                    connection.execute(_UNHELD, (f"{TERM_SECONDS:.0f}s",))
                    self._stand_by(connection, stop)
            except Lost as lost:
                _log.warning("stands by: %s", lost)
            except (Unreachable, KafkaError, Wedged) as error:
                said = sentence(error, self._brokers) if isinstance(error, KafkaError) else str(error)
                _log.error("carries nothing for now: %s", said)
                stop.wait(1)
            except psycopg.Error as error:
                _log.warning("waits for the database: %s", " ".join(str(error).split()))
                stop.wait(1)

    def _stand_by(self, connection: Connection[DictRow], stop: Event) -> None:
        while not stop.is_set():
            lease = Lease.taken(connection, str(self.event_log.source), self._owner)
            if lease:
                self._hold(lease, stop)
            else:
                stop.wait(1)

    def _hold(self, lease: Lease, stop: Event) -> None:
        """Carry while the lease is ours, and give it back; whoever crashes leaves it to its term."""
        _log.info("active in epoch %s from position %s", lease.epoch, lease.position)
        try:
            with closing(self._begun(lease)) as carrier:
                self.active = True
                _Carrying(lease, self.event_log, carrier, self.wedged_after).run(stop)
        finally:
            self.active = False
            with suppress(Lost, psycopg.Error):
                lease.release()

    def _begun(self, lease: Lease) -> Carrier:
        """Look where the topic ends; a slow Kafka may need longer for that than a lease that isn't renewed lasts."""
        topic = made(self._brokers, self._replicas)
        lease.renew()
        if lease.topic not in (None, topic.id):
            raise Unreachable(
                "the topic was deleted and made anew: let `milepost relay --again` send the whole log to it"
            )
        known = sent_so_far(lease.connection, lease.source)
        found = ends(self._brokers, self.event_log.source, meanwhile=lease.renew)
        demand_whole(found, known, new=lease.topic is None)
        lease.adopt(topic.id)
        held = set(unsent_streams(lease.connection, lease.source))
        skip = skipped(found, known, self.event_log)
        unsaved = unsaved_ends(found, known, skip, lease.position)
        return Carrier(self._brokers.producer(), self._brokers.topic, self.event_log.source, skip, held, unsaved)


class _Carrying:
    """One epoch: reads ahead, hands over, and saves what is acknowledged, in the order of the log."""

    def __init__(self, lease: Lease, event_log: EventLog, carrier: Carrier, wedged_after: float) -> None:
        self._lease, self.event_log, self._carrier, self._wedged_after = lease, event_log, carrier, wedged_after
        self._under_way: deque[Page] = deque()
        self._read_to = lease.position
        self._ends, self._unsent = dict(carrier.ends), list[Unsent]()
        self._renewed = self._looked = 0.0

    def run(self, stop: Event) -> None:
        while not stop.is_set():
            self._renew()
            self._look_for_asked()
            more = len(self._under_way) < MOST_UNDER_WAY and self._hand_over()
            if self._under_way:
                self._settle(0 if more else 0.2)
            elif not more:
                self.event_log.wait(self._read_to, WAIT_SECONDS)
        while self._under_way and self._settle(LAST_SECONDS):
            pass

    def _renew(self) -> None:
        if monotonic() - self._renewed > TERM_SECONDS / 3:
            self._lease.renew()
            self._renewed = monotonic()

    def _look_for_asked(self) -> None:
        """Send what was withheld of the streams that are asked for, behind all that was sent before.

        What the topic held when we began counts as sent, and what was withheld of it isn't there: so not before that.
        """
        under_way = self._read_to < self._carrier.skipped_to or any(page.taken_up for page in self._under_way)
        if under_way or monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = monotonic()
        for asked in asked_for(self._lease.connection, self._lease.source).values():
            withheld = self.event_log.read_streams([asked.stream], asked.version - 1)
            self._under_way.append(self._carrier.take_up(asked.stream, withheld, self._read_to))

    def _hand_over(self) -> bool:
        batch = self.event_log.read(self._read_to, PAGE)
        if batch.end == self._read_to:
            return False
        self._under_way.append(self._carrier.send(batch))
        self._read_to = batch.end
        return True

    def _settle(self, seconds: float) -> bool:
        page = self._under_way[0]
        settled = page.settled(seconds)
        if settled:
            for one in page.unsent:
                _log.error("parks %s at version %s: %s", one.stream, one.version, one.why)
            self._save(page)
            self._under_way.popleft()
        elif monotonic() - page.since > self._wedged_after:
            raise Wedged(f"no broker has acknowledged anything for {self._wedged_after:.0f} s: begins anew")
        return settled

    def _save(self, page: Page) -> None:
        """Save what is acknowledged; not before everything is that the topic already held when we began."""
        self._ends |= page.ends
        self._unsent += page.unsent
        if page.end >= self._carrier.skipped_to:
            self._lease.save(page.end, page.at, self._ends, self._unsent, page.taken_up)
            self._ends, self._unsent = {}, []
            self._renewed = monotonic()
