"""The description of what Milepost sends."""

from consumers.event_log import LogSource
from consumers.kafka.client import TOPIC
from consumers.kafka.records import encode_headers
from domain.event import catalogue, type_of
from milepost.contract.asyncapi import document
from milepost.log.stored_event import LogEntry

HEARD = LogEntry(7, "project-pay", 3, "risk.assessed/1", b'{"authid":"ada","commandid":"c"}')


def test_has_a_message_for_every_kind_on_every_channel() -> None:
    kinds = {type_of(kind) for kind, known in catalogue().items() if known.upcast is None}
    assert document()["components"]["messages"].keys() == kinds
    assert [channel["messages"].keys() == kinds for channel in document()["channels"].values()] == [True] * 3


def test_names_the_topic_and_the_headers_that_records_have() -> None:
    assert document()["channels"]["topic"]["address"] == TOPIC
    headers = document()["components"]["messageTraits"]["carried"]["headers"]
    assert dict(encode_headers(HEARD, LogSource("log", 1))).keys() == headers["properties"].keys()
    assert set(headers["required"]) == headers["properties"].keys() - {"traceparent"}


def test_says_of_which_phase_a_kind_tells() -> None:
    messages = document()["components"]["messages"]
    phases = {name: message.get("x-phase") for name, message in messages.items()}
    assert phases["milepost.risk.assessed.v1"] == "envision"
    assert phases["milepost.project.release-ready.v1"] == "stabilize"
    assert phases["milepost.review.called.v1"] is None
