"""What Milepost sends, as AsyncAPI 3: a message for every kind, over Kafka, HTTP streams and webhooks."""

from typing import Any

from consumers.kafka.client import TOPIC
from consumers.kafka.records import TRACE
from consumers.kafka.topic import PARTITIONS
from domain.event import Event, catalogue, type_of
from milepost.contract.cdevents import cdevents_type
from milepost.contract.schemas import DIALECT, ENVELOPE, Schema
from milepost.log.event_selection import phase_of

FORMAT = f"application/schema+json;version={DIALECT.rpartition('draft/')[2].replace('/schema', '')}"
CONTENT_TYPE = "application/cloudevents+json"
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "string", "pattern": "^[1-9][0-9]*$"}
_HEADERS: dict[str, Schema] = {
    "content-type": {"const": CONTENT_TYPE},
    "milepost-log": {**_TEXT, "description": "The id of the log."},
    "milepost-generation": {**_NUMBER, "description": "Its generation; another one is another history."},
    "milepost-position": {**_NUMBER, "description": "The position in the log, from 1 without a gap."},
    "milepost-stream": {**_TEXT, "description": "The stream; the key of the record too."},
    "milepost-version": {**_NUMBER, "description": "The version in the stream, from 1 without a gap."},
    "milepost-kind": {**_TEXT, "description": "The kind, like risk.assessed/1."},
    TRACE: {
        **_TEXT,
        "description": "Where the trace of the event's command began; may be missing (W3C Trace Context).",
    },
}


def document() -> dict[str, Any]:
    """The whole description. It refers to the schemas that lie beside it."""
    kinds = {kind: known.event for kind, known in sorted(catalogue().items()) if known.upcast is None}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:milepost:events",
        "info": {"title": "Milepost: lifecycle events", "version": "1.0.0", "description": _TOLD},
        "defaultContentType": CONTENT_TYPE,
        "servers": _servers(),
        "channels": _channels(list(kinds)),
        "operations": {
            name: {"action": "send", "channel": {"$ref": f"#/channels/{name}"}, "summary": told}
            for name, told in _SENDS.items()
        },
        "components": {
            "messages": {type_of(kind): _message(kind, event) for kind, event in kinds.items()},
            "messageTraits": {"carried": _carried()},
        },
    }


_TOLD = (
    "Every event of a log, as the bytes that it is stored as. Ordered within a stream, told at least once: pass over "
    "what you know by stream and version. docs/subscribe.md says how to subscribe."
)
_SENDS = {
    "topic": "The log, carried to Kafka by the relay.",
    "stream": "The log, told over HTTP as server-sent events.",
    "webhook": "The log, brought to an address that was registered with `milepost webhook add`.",
}


def _servers() -> dict[str, Any]:
    asked = {"description": "As MILEPOST_KAFKA_BOOTSTRAP has it.", "default": "127.0.0.1:9092"}
    address = {"description": "As MILEPOST_HOST and MILEPOST_PORT have it.", "default": "127.0.0.1:8000"}
    return {
        "kafka": {"host": "{bootstrap}", "protocol": "kafka", "variables": {"bootstrap": asked}},
        "service": {"host": "{address}", "protocol": "http", "variables": {"address": address}},
    }


def _channels(kinds: list[str]) -> dict[str, Any]:
    messages = {type_of(kind): {"$ref": f"#/components/messages/{type_of(kind)}"} for kind in kinds}
    kafka = {"topic": TOPIC, "partitions": PARTITIONS, "topicConfiguration": {"retention.ms": -1}}
    topic = {"address": TOPIC, "servers": [{"$ref": "#/servers/kafka"}], "bindings": {"kafka": kafka}}
    stream = {"address": "/v1/events", "servers": [{"$ref": "#/servers/service"}]}
    channels: dict[str, dict[str, Any]] = {"topic": topic, "stream": stream, "webhook": {"address": None}}
    return {name: {"description": _SENDS[name], **channel, "messages": messages} for name, channel in channels.items()}


def _message(kind: str, event: type[Event]) -> dict[str, Any]:
    name = type_of(kind)
    own = {"type": {"const": name}, "data": {"$ref": f"./{name}.json"}}
    phase = phase_of(kind)
    return {
        "name": name,
        "summary": " ".join((event.__doc__ or "").split()),
        "contentType": CONTENT_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/carried"}],
        "payload": {
            "schemaFormat": FORMAT,
            "schema": {"allOf": [{"$ref": f"./{ENVELOPE}.json"}, {"type": "object", "properties": own}]},
        },
        "x-kind": kind,
        "x-stream": event.belongs_to or "any",
        "x-cdevents-type": cdevents_type(kind),
        **({"x-phase": phase.value} if phase else {}),
    }


def _carried() -> dict[str, Any]:
    headers = {"type": "object", "properties": _HEADERS, "required": [one for one in _HEADERS if one != TRACE]}
    key = {"type": "string", "description": "The stream, so that all of its events are in one partition, in order."}
    return {"headers": headers, "bindings": {"kafka": {"key": key}}}
