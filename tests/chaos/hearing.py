"""What happens to read models while they are kept up (rows C4, C6, C7, C9, C10, C11)."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
from kafka import KafkaConsumer

from consumers.event_log import LoggedEvent
from consumers.kafka.client import KafkaClients
from consumers.kafka.records import encode_headers
from consumers.kafka.topic import partition_of
from consumers.kafka.topic_follower import follow_topic
from consumers.read_models.projector import Projector
from consumers.read_models.reader import Reader, Watch
from milepost.log.store import Log
from projections import projections
from projections.projection import Query
from tests.chaos.checker import Found
from tests.chaos.field import Field, Ground, Hasty
from tests.chaos.killing import telling
from tests.chaos.lives import ROOT, lives
from tests.chaos.row import Dose, Outcome, outcome
from tests.consumers.topics import relay_of
from tests.waiting import running, until

BROKEN = """
    CREATE SEQUENCE models.breaks; GRANT ALL ON SEQUENCE models.breaks TO PUBLIC;
    CREATE FUNCTION models.break() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n bigint := nextval('models.breaks');
    BEGIN
        IF n % 50 = 10 THEN RAISE EXCEPTION 'serialization' USING ERRCODE = '40001'; END IF;
        IF n % 50 = 30 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF;
        RETURN new;
    END $$;
    DO $$ DECLARE held regclass; BEGIN
        FOR held IN SELECT oid FROM pg_class WHERE relnamespace = 'models'::regnamespace AND relkind = 'r' LOOP
            EXECUTE format('CREATE TRIGGER break BEFORE INSERT OR UPDATE ON %s'
                ' FOR EACH STATEMENT EXECUTE FUNCTION models.break()', held);
        END LOOP;
    END $$;
    """


def database_gone(ground: Ground, dose: Dose) -> Outcome:
    """Connections die, transactions fail on deadlocks and serialization: all is tried again, nothing is left out."""
    with ground.field() as field, lives(field) as living:
        living.relay()
        living.projectors()
        until(lambda: field.reflected() > 0, "the first events are reflected")
        with psycopg.connect(field.database.superuser, autocommit=True) as superuser:
            superuser.execute(BROKEN)
            for _ in range(dose.times):
                with telling(field, dose.projects // dose.times):
                    superuser.execute(_DISCONNECT)
            field.settle()
        return outcome(field, field.checked())


_DISCONNECT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query ~* 'models[.]|delivery[.]'
    """


def disturbed_order(ground: Ground, dose: Dose) -> Outcome:
    """Another sends the log: a tenth of it twice, and some events before others of their stream."""
    with ground.field() as field:
        field.tell(dose.projects)
        source, feed, chance = field.feed.source, field.feed, random.Random(dose.times)
        with running(relay_of(field.log, field.brokers).run):
            until(lambda: field.position() == field.log.head().position, "all is carried")
        events = _disturbed(list(field.log.events()), chance)
        _send(field.brokers, events, source)
        members = [follow_topic(field.log.conninfo, source, feed, field.brokers, [one]) for one in projections()]
        with running(relay_of(field.log, field.brokers).run, *(member.run for member in members)):
            field.tell(1)
            field.settle()
        stopped = Found({"stuck-partition": sum(member.stopped is not None for member in members)})
        field.notes["records told twice or out of order"] = len(events)
        return outcome(field, field.checked() + stopped)


def _disturbed(events: list[Any], chance: random.Random) -> list[Any]:
    told = [event for event in events for _ in range(1 + (chance.random() < 0.1))]
    for place in range(len(told) - 1):
        if chance.random() < 0.1:
            other = min(place + chance.randrange(1, 40), len(told) - 1)
            told[place], told[other] = told[other], told[place]
    return told


def _send(brokers: KafkaClients, events: Sequence[LoggedEvent], source: Any) -> None:
    producer = brokers.producer()
    for heard in events:
        key = heard.stream.encode()
        producer.send(brokers.topic, heard.data, key, encode_headers(heard, source), partition_of(heard.stream))
    producer.flush(30)
    producer.close()


def read_your_writes(ground: Ground, dose: Dose) -> Outcome:
    """Who waits for the position of a command's answer is never shown rows from before it."""
    with ground.field() as field, lives(field) as living:
        living.relay()
        paused = living.projectors()
        reader = Reader(field.log.conninfo, projections())
        watch = Watch(field.log.conninfo, reader)
        until(lambda: field.reflected() > 0, "the first events are reflected")
        found = Found()
        for number in range(dose.times):
            if number % 10 == 5:
                living.pause(paused)
            field.tell(1)
            position = field.log.head().position
            if number % 10 == 5:
                found["stale-token-read"] += watch.wait_until(position, 0.2)
                living.wake(paused)
            assert watch.wait_until(position, 30), "in time"
            answer = reader.ask(Query("SELECT stream FROM {projects}"))
            found["stale-token-read"] += answer.position < position or len(answer.rows) < number + 1
        watch.close()
        reader.close()
        return outcome(field, found)


@dataclass(frozen=True)
class Impatient(Hasty):
    """KafkaClients whose groups leave out a member that doesn't ask for so many milliseconds."""

    def consumer(self, group: str | None = None, **others: Any) -> KafkaConsumer:
        return super().consumer(group, max_poll_interval_ms=2_000, **others)


def slow_projector(ground: Ground, dose: Dose) -> Outcome:
    """One of two members needs twice as long for what it heard as its group waits for it."""
    with ground.field() as field:
        brokers = Impatient(field.brokers.bootstrap, field.brokers.topic)
        slow = [projection for projection in projections() if projection.name == "projects"]
        members = [
            follow_topic(field.log.conninfo, field.feed.source, field.feed, brokers, [one])
            for one in [*projections(), *slow]
        ]
        for member in members:
            _slow_down(member._projector, dose.times)  # pyright: ignore[reportPrivateUsage] (to disturb it)
        with running(relay_of(field.log, field.brokers).run, *(member.run for member in members)):
            until(lambda: field.reflected() > 0, "the first events are reflected")
            with telling(field, dose.projects):
                pass
            field.settle()
        stopped = Found({"stuck-partition": sum(member.stopped is not None for member in members)})
        return outcome(field, field.checked() + stopped)


def _slow_down(projector: Projector, times: int) -> None:
    take_in, slow = projector.take_in, iter(range(times))

    def slowly(*told: Any, **more: Any) -> None:
        if next(slow, None) is not None:
            Event().wait(4)
        take_in(*told, **more)

    vars(projector)["take_in"] = slowly


REBUILD = """
import sys
import consumers.read_models.build
from consumers.read_models.rebuild import rebuild
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from projections import projections
consumers.read_models.build.PAGE = 500
feed = LogFeed(Log(sys.argv[1]))
rebuild(sys.argv[1], feed.source, feed, projections(), report=lambda *done: print(*done, flush=True), promoted=True)
print("done", flush=True)
"""


def rebuilt_meanwhile(ground: Ground, dose: Dose) -> Outcome:
    """Read models are built anew while they are read and kept up; who builds is killed in the midst of it."""
    with ground.field() as field, lives(field) as living:
        living.relay()
        living.projectors()
        field.tell(dose.projects)
        field.settle()
        shown, known = Found(), len(_rows_shown(field.log))
        for _ in range(dose.times):
            with subprocess.Popen(_rebuild(field), cwd=ROOT, stdout=subprocess.PIPE, text=True) as building:
                assert building.stdout
                building.stdout.readline()
                shown["stale-token-read"] += len(_rows_shown(field.log)) < known
                building.kill()
        with telling(field, 5), subprocess.Popen(_rebuild(field), cwd=ROOT, stdout=subprocess.PIPE, text=True) as last:
            assert last.stdout
            for _ in last.stdout:
                shown["stale-token-read"] += len(_rows_shown(field.log)) < known
        field.settle()
        return outcome(field, field.checked() + shown)


def _rebuild(field: Field) -> list[str]:
    return [sys.executable, "-c", REBUILD, field.log.conninfo]


def _rows_shown(log: Log) -> list[Any]:
    reader = Reader(log.conninfo, projections())
    try:
        return reader.ask(Query("SELECT stream FROM {projects}")).rows
    finally:
        reader.close()


DIGEST = """
import hashlib, locale, sys
locale.setlocale(locale.LC_ALL, "")
import consumers.read_models.build
consumers.read_models.build.PAGE = int(sys.argv[2])
from milepost.log.store import Log
from consumers.read_models.rebuild import rebuild
from milepost.log.event_feed import LogFeed
from projections import projections
from tests.consumers.telling import in_models
feed = LogFeed(Log(sys.argv[1]))
rebuild(sys.argv[1], feed.source, feed, projections(), promoted=True)
print(hashlib.sha256(repr(in_models(sys.argv[1])).encode()).hexdigest())
"""


def built_elsewhere(ground: Ground, dose: Dose) -> Outcome:
    """The same log makes the same rows with other pages, another hash seed, locale and time zone."""
    with ground.field() as field:
        field.tell(dose.projects)
        places = [("0", "C.UTF-8", "UTC", 4000), ("1", "C", "Asia/Kathmandu", 7), ("7", "POSIX", "America/Caracas", 90)]
        digests = {
            subprocess.run(
                [sys.executable, "-c", DIGEST, field.log.conninfo, str(page)],
                cwd=ROOT, capture_output=True, text=True, check=True, timeout=120,
                env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone},
            ).stdout
            for seed, locale, zone, page in places[: dose.times + 1]
        }  # fmt: skip
        return outcome(field, Found({"duplicate": len(digests) - 1}))
