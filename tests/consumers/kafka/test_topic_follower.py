"""A projector that follows the topic."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from kafka import KafkaConsumer
from kafka.errors import CoordinatorNotAvailableError

from consumers.kafka.client import KafkaClients
from consumers.kafka.topic_follower import follow_topic, group_name
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections.projects import projects
from tests.consumers.telling import Telling, by_fold, in_models
from tests.consumers.topics import relay_of
from tests.projections.histories import eventful
from tests.waiting import running, until

LONGEST_MS = 3_000


@dataclass(frozen=True)
class Impatient(KafkaClients):
    """KafkaClients whose groups miss a member that asks for nothing so long."""

    def consumer(self, group: str | None = None, **others: Any) -> KafkaConsumer:
        return super().consumer(group, max_poll_interval_ms=LONGEST_MS, **others)


@contextmanager
def locked(log: Log) -> Generator["psycopg.Connection[Any]"]:
    """Nobody can write rows meanwhile."""
    with psycopg.connect(log.conninfo) as connection:
        connection.execute("LOCK TABLE models.projects_v2_1 IN SHARE MODE")
        yield connection


_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND clock_timestamp() - query_start > make_interval(secs => 2 * %s / 1000.0)
    """


def members(brokers: KafkaClients) -> list[str]:
    """The ids that the group knows its members by; who was missed comes back under another."""
    group = group_name(brokers.topic, [projects])
    with closing(brokers.admin()) as admin:
        try:
            found = admin.describe_groups([group])[group]
        except CoordinatorNotAvailableError:  # no group was ever made there
            return []
        return [one["member_id"] for one in found["members"] if found["group_state"] == "Stable"]


def test_topic_follower_stays_a_member_while_its_rows_can_not_be_written(
    log: Log, telling: Telling, brokers: KafkaClients
) -> None:
    hasty, feed = Impatient(brokers.bootstrap, brokers.topic), LogFeed(log)
    member = follow_topic(log.conninfo, feed.source, feed, hasty, [projects])
    others = ("audit_trail", "gates", "phases")

    def are_rows() -> bool:
        return in_models(log.conninfo, others) == by_fold(log, others)

    with running(relay_of(log, brokers).run, member.run):
        until(lambda: bool(members(brokers)), "it is a member")
        telling.tell({"project-1": eventful()})
        until(are_rows, "the first events are rows")
        before = members(brokers)
        with locked(log) as connection:
            telling.tell({"project-2": eventful()})
            until(lambda: waiting(connection) > 0, "rows wait twice as long as the group does")
            telling.tell({"project-3": eventful()})
        until(are_rows, "all events are rows")
        assert members(brokers) == before


def waiting(connection: "psycopg.Connection[Any]") -> int:
    row = connection.execute(_WAITING, (LONGEST_MS,)).fetchone()
    assert row
    return int(row[0])
