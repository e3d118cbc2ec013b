"""Metrics: what can be measured of a service, each explained once, in the form that Prometheus reads."""

from collections.abc import Iterator
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumers.read_models.read_model_metrics import Gauge
from milepost.reading.read_models import Models

PREFIX = "milepost_"
LONGEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "log_position": ("The position of the last event of the log.", ()),
    "projection_position": ("Up to which position of the log a read model tells.", ("projection",)),
    "projection_events_behind": ("How many events of the log may be missing in a read model.", ("projection",)),
    "projection_seconds_behind": (
        "How much later the log's last event was written than what a read model tells; 0 where none is missing.",
        ("projection",),
    ),
    "projection_parked_streams": ("Streams that a read model leaves out since one event: look.", ("projection",)),
    "partition_records_behind": (
        "Records of a partition that a building of a read model has still to hear.",
        ("building", "partition"),
    ),
    "quarantined_records": ("Records of the topic that are no events of this log: look who writes there.", ()),
    "relay_position": ("Up to which position Kafka has acknowledged the log.", ()),
    "relay_epoch": ("How often a relay has become active; it rises each time that another takes over.", ()),
    "relay_active": ("1 while a relay holds the lease, 0 while none does.", ()),
    "relay_parked_streams": ("Streams that the relay doesn't send since one event: look.", ()),
    "webhook_events_behind": (
        "Events that a webhook has still to be brought, or to pass over.",
        ("webhook",),
    ),
    "webhook_failures": ("How often in a row a webhook didn't take what it was brought.", ("webhook",)),
    "webhook_stopped": ("1 while nothing is brought to a webhook, as it was parked or is gone: look.", ("webhook",)),
    "followers": ("Connections that are told events by this process as they happen (`/v1/events`).", ()),
}
"""What is read at each scrape: what it means, and what it is told apart by."""


class Meters:
    """What one process counts by itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.commands = Counter(
            f"{PREFIX}commands",
            "Commands that were decided, by what became of them: accepted, rejected, or refused by a gate.",
            ("outcome",),
            registry=self.registry,
        )
        self.seconds = Histogram(
            f"{PREFIX}http_seconds",
            "Seconds from a request until its answer began, by method, route and status.",
            ("method", "route", "status"),
            buckets=LONGEST_SECONDS,
            registry=self.registry,
        )

    def page(self, models: Models, followers: int) -> bytes:
        """All of it as text, with what the database says now of those who follow the log, and how many we tell."""
        followed = CollectorRegistry()
        followed.register(_Followed(models, followers))
        return generate_latest(self.registry) + generate_latest(followed)


class _Followed(Collector):
    """Those who follow the log, as the database knows them, and those whom this process tells."""

    def __init__(self, models: Models, followers: int) -> None:
        self._models, self._followers = models, followers

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # it is asked once, for its values

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = {
            name: GaugeMetricFamily(PREFIX + name, meaning, labels=labels) for name, (meaning, labels) in GAUGES.items()
        }
        for gauge in (*self._models.gauges(), Gauge("followers", (), self._followers)):
            families[gauge.name].add_metric(gauge.labels, gauge.value)
        return (family for family in families.values() if family.samples)


class Timed:
    """ASGI middleware: measures how long answers take to begin."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                measured = self._meters.seconds.labels(scope["method"], route, message["status"])
                measured.observe(perf_counter() - began)
            await send(message)

        await self._app(scope, receive, sending)
