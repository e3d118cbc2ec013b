"""A collector on loopback: what it was told, as it is on the wire (OTLP 1.x over HTTP)."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Wire
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from tests.milepost.webhooks.receiving import Receiver, receiver


@dataclass(frozen=True)
class Seen:
    """A span as a collector has it; ids in hexadecimal digits."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    links: tuple[tuple[str, str], ...]
    attributes: dict[str, Any]
    failed: bool
    began: int
    ended: int


@dataclass
class Collecting:
    """What it was told so far. `environment` has a process tell it."""

    receiver: Receiver

    @property
    def environment(self) -> dict[str, str]:
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.receiver.port}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }

    @property
    def seen(self) -> list[Seen]:
        return [span for got in self.receiver.posted if got.path == "/v1/traces" for span in _spans(got.body)]

    def of(self, trace: str, name: str = "") -> list[Seen]:
        """What was told of a trace, all or what is called so."""
        return [one for one in self.seen if one.trace == trace and one.name.startswith(name)]


def _spans(body: bytes) -> Generator[Seen]:
    for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _attributes(of_process.resource.attributes)["service.name"]
        for scope in of_process.scope_spans:
            for wire in scope.spans:
                yield _seen(service, wire)


def _seen(service: str, wire: Wire) -> Seen:
    return Seen(
        service=service,
        name=wire.name,
        kind=Wire.SpanKind.Name(wire.kind).removeprefix("SPAN_KIND_").lower(),
        trace=wire.trace_id.hex(),
        id=wire.span_id.hex(),
        parent=wire.parent_span_id.hex(),
        links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in wire.links),
        attributes=_attributes(wire.attributes),
        failed=wire.status.code == Status.STATUS_CODE_ERROR,
        began=wire.start_time_unix_nano,
        ended=wire.end_time_unix_nano,
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    found: list[KeyValue] = list(pairs)
    return {pair.key: _value(pair.value) for pair in found}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    assert which
    return [_value(one) for one in value.array_value.values] if which == "array_value" else getattr(value, which)


@contextmanager
def collecting() -> Generator[Collecting]:
    """A collector that listens, until the end."""
    with receiver() as found:
        yield Collecting(found)
