"""Records: an event as a record of the topic, a CloudEvent in structured mode, and the checks of a record that arrives.

The value is the event's canonical bytes. The headers hold what a consumer decides on without reading the value
(CloudEvents 1.0, Kafka protocol binding 1.0.2, §3.3), and the trace of the command (CloudEvents' extension for
distributed tracing, W3C Trace Context).
"""

from kafka.consumer.fetcher import ConsumerRecord

from consumers.cloud_event import EventRecord
from consumers.event_log import LoggedEvent, LogSource
from consumers.kafka.topic import LARGEST_RECORD, partition_of
from consumers.tracing.spans import PROCESS
from consumers.tracing.trace import trace_in

CONTENT_TYPE = b"application/cloudevents+json"
_LONGEST_KEY = 1_000
"""Bytes: PostgreSQL keeps no longer key in an index."""
KIND = "milepost-kind"
TRACE = "traceparent"
_REQUIRED = ("milepost-log", "milepost-generation", "milepost-position", "milepost-stream", "milepost-version", KIND)


class NotAnEvent(Exception):
    """A record is no event of this log, and is quarantined. The message says why."""


def encode_headers(event: LoggedEvent, source: LogSource) -> list[tuple[str, bytes]]:
    """The headers of an event's record."""
    return [
        ("content-type", CONTENT_TYPE),
        ("milepost-log", source.log.encode()),
        ("milepost-generation", b"%d" % source.generation),
        ("milepost-position", b"%d" % event.position),
        ("milepost-stream", event.stream.encode()),
        ("milepost-version", b"%d" % event.version),
        (KIND, event.kind.encode()),
        *_encode_trace(event, source),
    ]


def _encode_trace(event: LoggedEvent, source: LogSource) -> list[tuple[str, bytes]]:
    """The `traceparent` of the event's command; sampled unless this process drops the spans of that trace."""
    trace = trace_in(event.data, source.log)
    if trace is None:
        return []
    sampled = PROCESS.listener is None or PROCESS.listener.wants(trace)
    return [(TRACE, trace.parent(sampled).encode())]


def parse_source(record: ConsumerRecord) -> LogSource:
    """The log that a record names. Raises `NotAnEvent` if it names none."""
    headers = dict(record.headers)
    log, generation = headers.get("milepost-log"), headers.get("milepost-generation") or b""
    if not log or not generation.isdigit() or len(generation) > 9:
        raise NotAnEvent("it names no log")
    return LogSource(log.decode(errors="replace"), int(generation))


def parse_record(record: ConsumerRecord, source: LogSource) -> EventRecord:
    """The event in a record. Raises `NotAnEvent` for anything that the relay of this log doesn't publish."""
    headers = _parse_headers(record)
    if (headers["milepost-log"], headers["milepost-generation"]) != (source.log, str(source.generation)):
        log, generation = headers["milepost-log"][:80], headers["milepost-generation"][:20]
        raise NotAnEvent(f"it is of log {log}, generation {generation}")
    if record.value is None:
        raise NotAnEvent("it has no value: no event is ever deleted")
    if len(record.value) > LARGEST_RECORD:
        raise NotAnEvent(f"its value has {len(record.value)} bytes")
    stream = headers["milepost-stream"]
    if record.key is None or record.key != stream.encode() or len(record.key) > _LONGEST_KEY:
        raise NotAnEvent("its key is not its stream, or is too long")
    if partition_of(stream) != record.partition:
        raise NotAnEvent(f"{stream[:80]} belongs in partition {partition_of(stream)}")
    position, version = _parse_number(headers, "milepost-position"), _parse_number(headers, "milepost-version")
    if position < version:
        raise NotAnEvent(f"it can't be version {version} at position {position} of the log")
    return EventRecord(position, stream, version, headers[KIND], record.value, record.offset)


def _parse_headers(record: ConsumerRecord) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in record.headers:
        if name not in _REQUIRED:
            continue
        if name in found:
            raise NotAnEvent(f"it has the header {name} twice")
        if value is None or b"\0" in value:
            raise NotAnEvent(f"its header {name} has no value, or contains NUL")
        try:
            found[name] = value.decode()
        except UnicodeDecodeError as error:
            raise NotAnEvent(f"its header {name} is not UTF-8") from error
    missing = [name for name in _REQUIRED if name not in found]
    if missing:
        raise NotAnEvent(f"it has no header {missing[0]}")
    return found


def _parse_number(headers: dict[str, str], name: str) -> int:
    text = headers[name]
    if not (text.isascii() and text.isdecimal()) or len(text) > 16 or text.startswith("0"):
        raise NotAnEvent(f"its header {name} is not an integer from 1")
    return int(text)
