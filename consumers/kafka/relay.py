"""The relay: publishes the log to Kafka in order, at least once. One is active, others stand by.

A relay acquires the lease, looks where the topic ends, and publishes from there. Each batch is saved once Kafka has
acknowledged all of it, in the order of the log; a batch that isn't acknowledged in time ends the epoch, since only a
new producer helps then. Whatever fails, the relay starts over: with the lease if it still has it, else standing by.
"""

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
from consumers.kafka.batch_publisher import BatchPublisher, PublishedBatch
from consumers.kafka.client import KafkaClients, explain_error
from consumers.kafka.end_offsets import (
    check_completeness,
    published_positions,
    read_partition_ends,
    unsaved_end_offsets,
)
from consumers.kafka.lease import TERM_SECONDS, Lease, LeaseLost, read_published_ranges
from consumers.kafka.parked_streams import UnpublishedStream, read_parked_streams, read_requested_retries
from consumers.kafka.topic import ensure_topic
from consumers.read_models.tables import connect

BATCH_SIZE = 2_000
MAX_BATCHES_IN_FLIGHT = 4
STALL_SECONDS = 60.0
WAIT_SECONDS = 0.5
FINAL_WAIT_SECONDS = 3.0
RETRY_CHECK_SECONDS = 1.0
_log = logging.getLogger("milepost.relay")
_TRANSACTION_TIMEOUT = "SELECT set_config('idle_in_transaction_session_timeout', %s, false)"
"""A relay that is paused within a transaction must not lock the row of its lease for longer than the lease."""


class ProducerStalled(Exception):
    """Kafka has acknowledged nothing for so long that the producer is replaced."""


class Relay:
    """Publishes one log. `owner` names this process to an operator; `replicas` is the topic's replication factor."""

    def __init__(self, conninfo: str, clients: KafkaClients, event_log: EventLog, replicas: int, owner: str) -> None:
        self._conninfo, self._clients, self.event_log = conninfo, clients, event_log
        self._replicas, self._owner = replicas, owner
        self.stall_seconds = STALL_SECONDS
        self.active = False

    def run(self, stop: Event) -> None:
        """Stand by or publish until `stop` is set, and start over after every failure."""
        while not stop.is_set():
            try:
                with connect(self._conninfo) as connection:
                    connection.execute(_TRANSACTION_TIMEOUT, (f"{TERM_SECONDS:.0f}s",))
                    self._stand_by(connection, stop)
            except LeaseLost as lost:
                _log.warning("the relay stands by: %s", lost)
            except (Unreachable, KafkaError, ProducerStalled) as error:
                reason = explain_error(error, self._clients) if isinstance(error, KafkaError) else str(error)
                _log.error("the relay can't publish: %s", reason)
                stop.wait(1)
            except psycopg.Error as error:
                _log.warning("the relay can't reach the database: %s", " ".join(str(error).split()))
                stop.wait(1)

    def _stand_by(self, connection: Connection[DictRow], stop: Event) -> None:
        while not stop.is_set():
            lease = Lease.acquire(connection, str(self.event_log.source), self._owner)
            if lease:
                self._lead(lease, stop)
            else:
                stop.wait(1)

    def _lead(self, lease: Lease, stop: Event) -> None:
        """Publish while the lease is ours, then release it; after a crash it expires."""
        _log.info("the relay is active in epoch %s from position %s", lease.epoch, lease.position)
        try:
            with closing(self._start_publisher(lease)) as publisher:
                self.active = True
                _Epoch(lease, self.event_log, publisher, self.stall_seconds).run(stop)
        finally:
            self.active = False
            with suppress(LeaseLost, psycopg.Error):
                lease.release()

    def _start_publisher(self, lease: Lease) -> BatchPublisher:
        """A publisher that starts where the topic ends. It renews the lease, as Kafka may be slower."""
        topic = ensure_topic(self._clients, self._replicas)
        lease.renew()
        if lease.topic_id not in (None, topic.id):
            raise Unreachable(
                "the topic was deleted and created again: publish the whole log to it by "
                "`milepost relay --republish-all`"
            )
        saved = read_published_ranges(lease.connection, lease.log)
        ends = read_partition_ends(self._clients, self.event_log.source, while_waiting=lease.renew)
        check_completeness(ends, saved, is_new=lease.topic_id is None)
        lease.save_topic(topic.id)
        parked = set(read_parked_streams(lease.connection, lease.log))
        published = published_positions(ends, saved, self.event_log)
        unsaved = unsaved_end_offsets(ends, saved, published, lease.position)
        producer, source = self._clients.producer(), self.event_log.source
        return BatchPublisher(producer, self._clients.topic, source, published, parked, unsaved)


class _Epoch:
    """One epoch of a relay: reads ahead, publishes, and saves what is acknowledged, in the order of the log."""

    def __init__(self, lease: Lease, event_log: EventLog, publisher: BatchPublisher, stall_seconds: float) -> None:
        self._lease, self._event_log, self._publisher = lease, event_log, publisher
        self._stall_seconds = stall_seconds
        self._in_flight: deque[PublishedBatch] = deque()
        self._read_to = lease.position
        self._end_offsets, self._parked = dict(publisher.unsaved_offsets), list[UnpublishedStream]()
        self._renewed = self._checked_retries = 0.0

    def run(self, stop: Event) -> None:
        while not stop.is_set():
            self._renew()
            self._retry_parked()
            more = len(self._in_flight) < MAX_BATCHES_IN_FLIGHT and self._publish_next()
            if self._in_flight:
                self._save_acknowledged(0 if more else 0.2)
            elif not more:
                self._event_log.wait(self._read_to, WAIT_SECONDS)
        while self._in_flight and self._save_acknowledged(FINAL_WAIT_SECONDS):
            pass

    def _renew(self) -> None:
        if monotonic() - self._renewed > TERM_SECONDS / 3:
            self._lease.renew()
            self._renewed = monotonic()

    def _retry_parked(self) -> None:
        """Publish the parked streams for which a retry is requested, after everything that was published before.

        The publisher treats what the topic held at the start as published, which a parked stream's events are not. So a
        retry waits until that is passed.
        """
        is_retrying = any(batch.released for batch in self._in_flight)
        is_due = monotonic() - self._checked_retries >= RETRY_CHECK_SECONDS
        if self._read_to < self._publisher.published_until or is_retrying or not is_due:
            return
        self._checked_retries = monotonic()
        for parked in read_requested_retries(self._lease.connection, self._lease.log).values():
            events = self._event_log.read_streams([parked.stream], parked.version - 1)
            self._in_flight.append(self._publisher.publish_parked(parked.stream, events, self._read_to))

    def _publish_next(self) -> bool:
        batch = self._event_log.read(self._read_to, BATCH_SIZE)
        if batch.end == self._read_to:
            return False
        self._in_flight.append(self._publisher.publish(batch))
        self._read_to = batch.end
        return True

    def _save_acknowledged(self, seconds: float) -> bool:
        """Save the oldest batch if it is acknowledged within so long; return whether it was."""
        batch = self._in_flight[0]
        is_acknowledged = batch.wait_acknowledged(seconds)
        if is_acknowledged:
            for one in batch.parked:
                _log.error("the relay parks %s at version %s: %s", one.stream, one.version, one.reason)
            self._save(batch)
            self._in_flight.popleft()
        elif monotonic() - batch.started > self._stall_seconds:
            raise ProducerStalled(f"Kafka has acknowledged nothing for {self._stall_seconds:.0f} s: starting over")
        return is_acknowledged

    def _save(self, batch: PublishedBatch) -> None:
        """Save a batch; one that ends before what the topic held at the start is saved with a later one."""
        self._end_offsets |= batch.end_offsets
        self._parked += batch.parked
        if batch.end >= self._publisher.published_until:
            self._lease.save(batch.end, batch.recorded_at, self._end_offsets, self._parked, batch.released)
            self._end_offsets, self._parked = {}, []
            self._renewed = monotonic()
