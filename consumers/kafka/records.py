"""Records: how an event travels through Kafka, as a CloudEvent in structured mode, and what arrives there otherwise.

The value is the stored bytes. Headers name what a consumer decides on without reading them (CloudEvents 1.0, Kafka
protocol binding 1.0.2, §3.3), and the trace of the command (CloudEvents' extension for distributed tracing, W3C Trace
Context).
"""

from kafka.consumer.fetcher import ConsumerRecord

from consumers.cloud_event import EventRecord
from consumers.event_log import LoggedEvent, LogSource
from consumers.kafka.topic import LARGEST_RECORD, partition_of
from consumers.tracing.spans import PROCESS
from consumers.tracing.trace import trace_in

CONTENT_TYPE = b"application/cloudevents+json"
_LONGEST_NAME = 1_000
"""Bytes: PostgreSQL keeps a row only where what it is found by is about as short."""
_NAMES = ("milepost-log", "milepost-generation", "milepost-position", "milepost-stream", "milepost-version")
KIND = "milepost-kind"
TRACE = "traceparent"


class Foreign(Exception):
    """A record that is no event of this log. Says why; it is kept apart and never applied."""


def headers_of(heard: LoggedEvent, source: LogSource) -> list[tuple[str, bytes]]:
    """The headers that an event travels with."""
    return [
        ("content-type", CONTENT_TYPE),
        ("milepost-log", source.log.encode()),
        ("milepost-generation", b"%d" % source.generation),
        ("milepost-position", b"%d" % heard.position),
        ("milepost-stream", heard.stream.encode()),
        ("milepost-version", b"%d" % heard.version),
        (KIND, heard.kind.encode()),
        *_traced(heard, source),
    ]


def _traced(heard: LoggedEvent, source: LogSource) -> list[tuple[str, bytes]]:
    """Where the trace of the command began, for others to follow; this process may leave it out of what it tells."""
    trace = trace_in(heard.data, source.log)
    if trace is None:
        return []
    sampled = PROCESS.listener is None or PROCESS.listener.wants(trace)
    return [(TRACE, trace.parent(sampled).encode())]


def arrived(record: ConsumerRecord, source: LogSource) -> EventRecord:
    """The event in a record. Raises `Foreign` for what the relay of this log never sent so."""
    headers = _headers(record)
    if (headers["milepost-log"], headers["milepost-generation"]) != (source.log, str(source.generation)):
        raise Foreign(f"it is of log {headers['milepost-log'][:80]}, generation {headers['milepost-generation'][:20]}")
    if record.value is None:
        raise Foreign("it has no value: nothing of a log is ever deleted")
    if len(record.value) > LARGEST_RECORD:
        raise Foreign(f"its value has {len(record.value)} bytes")
    stream = headers["milepost-stream"]
    if record.key is None or record.key != stream.encode() or len(record.key) > _LONGEST_NAME:
        raise Foreign("its key is not its stream, or longer than any")
    if partition_of(stream) != record.partition:
        raise Foreign(f"{stream[:80]} belongs into partition {partition_of(stream)}")
    position, version = _number(headers, "milepost-position"), _number(headers, "milepost-version")
    if position < version:
        raise Foreign(f"it can't be version {version} at position {position} of the log")
    return EventRecord(position, stream, version, headers[KIND], record.value, record.offset)


def _headers(record: ConsumerRecord) -> dict[str, str]:
    wanted = (*_NAMES, KIND)
    found: dict[str, str] = {}
    for name, value in record.headers:
        if name not in wanted:
            continue
        if name in found:
            raise Foreign(f"its header {name} stands there twice")
        if value is None or b"\0" in value:
            raise Foreign(f"its header {name} holds what no log can")
        try:
            found[name] = value.decode()
        except UnicodeDecodeError as error:
            raise Foreign(f"its header {name} is no text") from error
    missing = [name for name in wanted if name not in found]
    if missing:
        raise Foreign(f"it has no header {missing[0]}")
    return found


def _number(headers: dict[str, str], name: str) -> int:
    text = headers[name]
    if not (text.isascii() and text.isdecimal()) or len(text) > 16 or text.startswith("0"):
        raise Foreign(f"its header {name} is no number from 1")
    return int(text)
