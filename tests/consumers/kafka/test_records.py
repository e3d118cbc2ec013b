"""Records of the topic."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import pytest
from kafka import KafkaProducer
from kafka.consumer.fetcher import ConsumerRecord

from consumers.cloud_event import EventRecord
from consumers.event_log import LogSource
from consumers.kafka.client import KafkaClients
from consumers.kafka.lease import read_relay_state
from consumers.kafka.records import NotAnEvent, encode_headers, parse_record
from consumers.kafka.topic import partition_of
from consumers.read_models.stream_state import parked_in
from consumers.read_models.tables import connect
from consumers.tracing.trace import trace_of
from domain.codec import encode
from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from tests.conftest import history
from tests.consumers.foreign import AGAINST_THE_LOG, IN_HEADERS, TOO_LARGE, UNSENDABLE, Change, Sent, true_record
from tests.consumers.spoilt import SPOILT
from tests.consumers.telling import Telling, by_fold, in_models
from tests.consumers.topics import relay_of, wait_until_carried
from tests.consumers.ways import Distributed, Embedded, members_of, wait_until_reflected
from tests.domain.openings import PROPOSED, classified
from tests.listening import listening
from tests.projections.histories import ENVISIONED, RISK
from tests.waiting import running, until

SOURCE = LogSource("test", 1)
HEARD = LogEntry(40, "project-a", 2, "change.classified/1", history(PROPOSED, classified("major"))[1].data)
TRUE = true_record(HEARD, SOURCE)


def record(sent: Sent, offset: int = 7) -> ConsumerRecord:
    """A record as a consumer gives it."""
    return ConsumerRecord(
        "milepost.events.v1", sent.partition, 0, offset, 0, 0, sent.key, sent.value, [*sent.headers], None, 0, 0, 0
    )


def test_record_is_parsed_as_the_event_it_was_made_of() -> None:
    assert parse_record(record(TRUE), SOURCE) == EventRecord(*HEARD, offset=7)


def test_record_is_parsed_despite_unknown_headers() -> None:
    more = replace(TRUE, headers=[("traceparent", b"00-1"), *TRUE.headers, ("traceparent", b"\xff"), ("x", None)])
    assert parse_record(record(more), SOURCE) == EventRecord(*HEARD, offset=7)


def test_record_has_the_traceparent_of_its_command() -> None:
    trace = trace_of("test", "ada", "command-2")
    assert dict(TRUE.headers)["traceparent"] == f"00-{trace.trace_id}-{trace.root}-01".encode()


def test_record_has_an_unsampled_traceparent_if_this_process_drops_the_trace() -> None:
    with listening() as heard:
        heard.unwanted.add(trace_of("test", "ada", "command-2"))
        sent = dict(encode_headers(HEARD, SOURCE))
    assert sent["traceparent"] == (dict(TRUE.headers)["traceparent"] or b"")[:-2] + b"00"


def test_record_has_no_traceparent_if_its_event_names_no_command() -> None:
    sent = encode_headers(HEARD._replace(data=b"{}"), SOURCE)
    assert dict(sent) == {name: value for name, value in TRUE.headers if name != "traceparent"}


@pytest.mark.parametrize(("change", "why"), IN_HEADERS.values(), ids=IN_HEADERS)
def test_record_that_no_relay_publishes_is_not_an_event(change: Change, why: str) -> None:
    with pytest.raises(NotAnEvent, match=why):
        parse_record(record(change(TRUE)), SOURCE)


def test_record_larger_than_any_event_is_not_an_event() -> None:
    with pytest.raises(NotAnEvent, match="its value has 131073 bytes"):
        parse_record(record(replace(TRUE, value=TOO_LARGE.value)), SOURCE)


def test_there_are_at_least_eighty_kinds_of_invalid_records() -> None:
    assert len(IN_HEADERS) + len(AGAINST_THE_LOG) > 80


def send(brokers: KafkaClients, *records: Sent) -> list[int]:
    """Send these as somebody would who may write to the topic; their offsets."""
    producer = cast("Any", brokers.producer())
    sent = [
        producer.send(brokers.topic, one.value, one.key, one.headers, one.partition, timestamp_ms=1) for one in records
    ]
    offsets = [one.get(timeout=30).offset for one in sent]
    producer.close()
    return offsets


def test_invalid_records_are_quarantined_while_the_group_continues(
    log: Log, brokers: KafkaClients, telling: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    told = history(PROPOSED, classified("major"), RISK, ENVISIONED)
    telling.tell({"project-a": told[:2], "project-b": told})
    source = LogFeed(log).source
    with Distributed(log, brokers).running():
        wait_until_reflected(log)
        following = encode(telling.of_this_log(told[2], "project-a"))
        true = true_record(LogEntry(log.head().position, "project-a", 3, "risk.assessed/1", following), source)
        changes = [
            *(change for name, (change, _) in IN_HEADERS.items() if name not in UNSENDABLE),
            *AGAINST_THE_LOG.values(),
        ]
        false = [change(true) for change in changes]
        offsets = send(brokers, *false)
        telling.tell({"project-c": told})
        telling.write(*(telling.of_this_log(one, "project-a") for one in told[2:]))
        wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
    with connect(log.conninfo) as connection:
        topic = read_relay_state(connection, str(source)).topic_id
    expected = {(f"kafka {topic}", one.partition, offset) for one, offset in zip(false, offsets, strict=True)}
    assert {place for place, why in kept_apart(log).items() if why} == expected
    for transport, partition, offset in expected:
        assert f"{transport}, partition {partition}, offset {offset} is kept apart: " in caplog.text


MADE_UP: dict[str, tuple[Change, str]] = {
    "another id": (lambda r: r.saying(id="00000000-0000-7000-8000-00000000dead"), "the log holds another event there"),
    "another person": (lambda r: r.saying(authid="mallory"), "the log holds another event there"),
    "another kind": (lambda r: r.with_header("milepost-kind", b"a.b/1"), "the log holds another event there"),
    "to come": (lambda r: r.with_header("milepost-position", b"5000"), "the log has no position 5000 yet"),
}
"""What looks like the next event of a stream."""


@pytest.mark.parametrize(("made_up", "why"), MADE_UP.values(), ids=MADE_UP)
def test_forged_records_are_quarantined_and_the_true_ones_applied(
    log: Log, brokers: KafkaClients, telling: Telling, made_up: Change, why: str
) -> None:
    told = history(PROPOSED, classified("major"), RISK)
    telling.tell({"project-a": told[:2]})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    with running(*(member.run for member in members_of(log, brokers))):
        wait_until_reflected(log)
        telling.write(telling.of_this_log(told[2], "project-a"))
        [*_, line] = log.read_streams(["project-a"])
        send(brokers, made_up(true_record(line, LogFeed(log).source)))
        until(lambda: set(kept_apart(log).values()) == {why}, "it is kept apart")
        assert {row["version"] for row in in_models(log.conninfo)["projects"]} == {2}
    with Distributed(log, brokers).running():
        wait_until_reflected(log)
    assert in_models(log.conninfo) == by_fold(log)


def kept_apart(log: Log) -> dict[tuple[str, int, int], str]:
    """By topic, partition and offset why a record is kept apart."""
    with connect(log.conninfo) as connection:
        rows = connection.execute('SELECT transport, partition, "offset", why FROM models.quarantined').fetchall()
    return {(row["transport"], row["partition"], row["offset"]): row["why"] for row in rows}


@pytest.mark.parametrize(("ends", "kept"), [("abort_transaction", 0), ("commit_transaction", 1)])
def test_records_of_an_aborted_transaction_are_not_read(
    log: Log, brokers: KafkaClients, telling: Telling, ends: str, kept: int
) -> None:
    with Distributed(log, brokers).running():
        wait_until_reflected(log)
        in_transaction(brokers, ends, [replace(TRUE, partition=partition_of("project-a"))])
        telling.tell({"project-a": history(PROPOSED)})
        wait_until_reflected(log)
        assert in_models(log.conninfo) == by_fold(log)
    assert len(kept_apart(log)) == kept


def test_records_in_transactions_do_not_keep_a_relay_from_starting(
    log: Log, brokers: KafkaClients, telling: Telling
) -> None:
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)
    in_transaction(brokers, "abort_transaction", [replace(TRUE, partition=number) for number in range(12)])
    telling.tell({"project-a": history(PROPOSED)})
    with running(relay_of(log, brokers).run):
        wait_until_carried(log)


def in_transaction(brokers: KafkaClients, ends: str, records: Iterable[Sent]) -> None:
    """Send records in a transaction, as the relay never does."""
    producer = cast("Any", KafkaProducer)(
        bootstrap_servers=brokers.bootstrap, transactional_id=f"{brokers.topic}.{ends}"
    )
    producer.init_transactions()
    producer.begin_transaction()
    for one in records:
        producer.send(brokers.topic, one.value, one.key, one.headers, one.partition).get(timeout=30)
    getattr(producer, ends)()
    producer.close()


def test_records_of_corrupted_events_park_their_stream_while_others_continue(
    transport: Embedded | Distributed, log: Log, telling: Telling
) -> None:
    first, second, third = history(PROPOSED, classified("major"), ENVISIONED)
    with transport.running():
        wait_until_reflected(log)
        streams = [f"project-spoilt{number}" for number in range(len(SPOILT))]
        telling.tell({stream: [first] for stream in streams})
        seconds = [encode(telling.of_this_log(second, stream)) for stream in streams]
        told = zip(streams, seconds, SPOILT.values(), strict=True)
        telling.store(*((stream, 2, kind, spoil(data)) for stream, data, (kind, spoil) in told))
        telling.write(*(telling.of_this_log(third, stream) for stream in streams))
        telling.tell({"project-whole": [first]})
        wait_until_reflected(log)
    found = in_models(log.conninfo)
    assert {row["version"] for row in found["projects"]} == {1}
    assert len(found["projects"]) == len(SPOILT) + 1
    for number, name in enumerate(SPOILT):
        trail = [row for row in found["audit_trail"] if row["stream"] == f"project-spoilt{number}"]
        assert [row["version"] for row in trail] == [1, 2, 3], name
        assert [bool(row["unreadable"]) for row in trail] == [False, True, False], name
    with connect(log.conninfo) as connection:
        parked = {(one.stream, one.version) for one in parked_in(connection) if one.why}
    assert parked == {(f"project-spoilt{number}", 2) for number in range(len(SPOILT))}
    assert kept_apart(log) == {}, "the log holds them, so they are no forgeries"


@pytest.fixture(params=["embedded", "distributed"])
def transport(request: pytest.FixtureRequest, log: Log, brokers: KafkaClients) -> Embedded | Distributed:
    return Embedded(log) if request.param == "embedded" else Distributed(log, brokers)
