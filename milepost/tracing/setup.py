"""Starting to tell traces: where OpenTelemetry's own variables say where to; else there are none, at no cost."""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from consumers.tracing.spans import PROCESS, told_to
from milepost.app.settings import Unfit

if TYPE_CHECKING:
    from milepost.tracing.collector import Collector

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
EXPORTER, OURS = "OTEL_TRACES_EXPORTER", "otlp"
PROTOCOL = "http/protobuf"


@contextmanager
def traced(environment: Mapping[str, str]) -> Generator[None]:
    """Have the spans of this process told to a collector, where one is set and none is told yet.

    Raises `Unfit` where that can't be; what the collector itself doesn't take is not our affair.
    """
    address = _address(environment)
    if address is None or PROCESS.listener is not None:
        yield
        return
    with closing(_collector(address)) as collector, told_to(collector):
        yield


def _address(environment: Mapping[str, str]) -> str | None:
    """The host and port of the collector, as they may be logged."""
    name = next((name for name in ENDPOINTS if environment.get(name)), None)
    exporter = environment.get(EXPORTER) or OURS
    if name is None or exporter == "none" or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    _demand(EXPORTER, exporter, OURS)
    for one in PROTOCOLS:
        _demand(one, environment.get(one) or PROTOCOL, PROTOCOL)
    url = urlsplit(environment[name])
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Unfit(f"{name} is no address of a collector: give one like http://127.0.0.1:4318")
    return url.netloc.rpartition("@")[2]


def _demand(name: str, found: str, needed: str) -> None:
    if found != needed:
        raise Unfit(f"{name} is {found}, and traces are told as {needed} alone: set it so, or unset it")


def _collector(address: str) -> "Collector":
    try:
        from milepost.tracing.collector import Collector  # here, as who tells no traces needs none of it installed
    except ImportError as error:
        raise Unfit(
            f"{ENDPOINTS[1]} is set, and what tells traces is not installed: "
            "install requirements-traces.lock, or unset it"
        ) from error
    try:
        return Collector(address)
    except ValueError as error:
        raise Unfit(f"a variable of OpenTelemetry can't be read: {error}") from error
