"""The CDEvents view: an event as a custom event of CDEvents, for tools that hear those (CDEvents 0.5, custom events).

It is derived, never stored: signatures and proofs are over the stored bytes.
"""

from typing import Any

import orjson

from domain.event import kind_of

VERSION = "0.5.1"
TOOL = "milepost"


def cdevents_type(kind: str) -> str:
    """`dev.cdeventsx.milepost-project.planapproved.1.0.0` for `project.plan-approved/1`: with letters alone."""
    name, _, version = kind.rpartition("/")
    subject, _, predicate = name.partition(".")
    return f"dev.cdeventsx.{TOOL}-{subject.replace('-', '')}.{predicate.replace('-', '')}.{version}.0.0"


def cdevent_of(data: bytes) -> dict[str, Any]:
    """The view of an event's stored bytes; nothing of it is lost, the envelope's further attributes are custom data."""
    event: dict[str, Any] = orjson.loads(data)
    content = event.pop("data")
    source: str = event["source"]
    return {
        "context": {
            "specversion": VERSION,
            "id": event["id"],
            "source": source,
            "type": cdevents_type(kind_of(event["type"])),
            "timestamp": event["time"],
            "chainId": event["correlationid"],
            "schemaUri": f"urn:milepost:schema:{event['type']}",
        },
        "subject": {"id": source.split(":", 3)[3], "source": source, "content": content},
        "customData": event,
        "customDataContentType": "application/json",
    }
