"""The collector: takes spans by OpenTelemetry's SDK, as its own variables say; the only place that knows it."""

import logging
from collections.abc import Sequence
from threading import Thread, local

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumers.tracing.spans import Kind, Span
from consumers.tracing.trace import Trace

LAST_SECONDS = 2.0
NAME = "milepost"
_KINDS: dict[Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "internal": SpanKind.INTERNAL,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
_log = logging.getLogger("milepost.tracing")


class Collector:
    """Takes the spans of this process; a thread of the SDK's brings them, from a queue that drops what is too much.

    `address` is for people to read. Raises `ValueError` for a variable of the SDK's that it can't read.
    """

    def __init__(self, address: str) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False, id_generator=self._ids)
        self._provider.add_span_processor(BatchSpanProcessor(_Noticed(OTLPSpanExporter(), address)))
        self._tracer = self._provider.get_tracer(NAME)
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # from here on our own sentence says what happens

    def wants(self, trace: Trace) -> bool:
        """As the sampler decides about a trace that begins here, so that all processes decide alike."""
        sampled = self._provider.sampler.should_sample(Context(), int(trace.trace_id, 16), "")
        return sampled.decision is Decision.RECORD_AND_SAMPLE

    def tell(self, span: Span) -> None:
        if not self.wants(span.trace):
            return
        self._ids.given.root = int(span.trace.root, 16) if span.root else None
        self._ids.given.trace = int(span.trace.trace_id, 16)
        told = self._tracer.start_span(
            span.name,
            Context() if span.root else _below(span),
            _KINDS[span.kind],
            span.attributes,
            _links(span.link),
            span.began,
        )
        if span.failed:
            told.set_status(StatusCode.ERROR)
        told.end(span.ended)

    def close(self) -> None:
        """Bring what is left, for two seconds at most."""
        closing = Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(LAST_SECONDS)


class _Given(local):
    """The ids that the next span of a thread is to have, where it is the root of its trace."""

    root: int | None = None
    trace: int = 0


class _Ids(RandomIdGenerator):
    """Random ids, but those of a root: they follow from its command."""

    def __init__(self) -> None:
        self.given = _Given()

    def generate_trace_id(self) -> int:
        return self.given.trace

    def generate_span_id(self) -> int:
        return self.given.root or super().generate_span_id()


class _Noticed(SpanExporter):
    """Says once that a collector takes nothing, and once that it does again."""

    def __init__(self, exporter: SpanExporter, address: str) -> None:
        self._exporter, self._address, self._away = exporter, address, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        away, self._away = self._away, result is not SpanExportResult.SUCCESS
        if self._away and not away:
            _log.warning("no traces are taken at %s: those of now are lost, all else goes on", self._address)
        elif away and not self._away:
            _log.warning("traces are taken at %s again", self._address)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _resource() -> Resource:
    named = str(Resource.create().attributes[SERVICE_NAME])
    return Resource.create({SERVICE_NAME: NAME} if named.startswith("unknown_service") else None)


def _below(span: Span) -> Context:
    """Right below the root, which was made by another process, but for what is done in this one."""
    ids, remote = (int(span.trace.trace_id, 16), int(span.trace.root, 16)), span.kind != "internal"
    return set_span_in_context(NonRecordingSpan(SpanContext(*ids, remote, TraceFlags(TraceFlags.SAMPLED))), Context())


def _links(traceparent: str | None) -> list[Link]:
    """Where a caller says that it comes from; what is malformed comes out as a link that the SDK leaves out."""
    if traceparent is None:
        return []
    found = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
    return [Link(get_current_span(found).get_span_context())]
