"""Starting to tell traces."""

import sys
from collections.abc import Iterator

import pytest

from consumers.tracing.spans import PROCESS, Span
from consumers.tracing.trace import trace_of
from milepost.app.settings import Unfit
from milepost.tracing.setup import traced
from tests.listening import listening
from tests.milepost.tracing.collecting import Collecting, collecting

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HERE = {ENDPOINT: "http://127.0.0.1:4318"}
TRACE = trace_of("log", "ada", "c")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collecting]:
    monkeypatch.setattr("milepost.tracing.collector.LAST_SECONDS", 60.0)  # however busy the machine is
    with collecting() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(Unfit) as refused, traced(environment):
        pass
    assert PROCESS.listener is None
    return str(refused.value)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {ENDPOINT: ""},
        HERE | {"OTEL_SDK_DISABLED": "true"},
        HERE | {"OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["nothing set", "set to nothing", "disabled", "another signal's"],
)
def test_is_not_done_where_nobody_asked_for_it(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "milepost.tracing.collector", None)
    with traced(environment):
        assert PROCESS.listener is None, "and nothing of OpenTelemetry's was loaded"


def test_is_done_until_the_end_which_brings_what_is_left(told: Collecting) -> None:
    with traced(told.environment):
        assert PROCESS.listener
        PROCESS.listener.tell(Span("write", "internal", TRACE, 1, 2, {}))
    assert PROCESS.listener is None
    assert [one.name for one in told.seen] == ["write"]


def test_is_done_once_in_a_process(told: Collecting) -> None:
    with listening() as first, traced(told.environment):
        assert PROCESS.listener is first


def test_needs_the_extra() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "milepost.tracing.collector", raising=False)
        patch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
        assert refusal(HERE) == (
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and what tells traces is not installed: "
            "install requirements-traces.lock, or unset it"
        )


@pytest.mark.parametrize("address", ["127.0.0.1:4318", "collector", "grpc://collector:4317", "http://"])
def test_needs_an_address(address: str) -> None:
    assert refusal({ENDPOINT: address}).startswith(f"{ENDPOINT} is no address of a collector")


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "http/protobuf"),
        ("OTEL_TRACES_EXPORTER", "zipkin", "otlp"),
    ],
)
def test_is_done_in_one_way(name: str, value: str, needed: str) -> None:
    told = refusal(HERE | {name: value})
    assert told == f"{name} is {value}, and traces are told as {needed} alone: set it so, or unset it"


def test_refuses_what_the_library_cant_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, HERE[ENDPOINT])
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "10")
    assert "a variable of OpenTelemetry can't be read" in refusal(HERE)


def test_says_no_password_of_the_address(told: Collecting, caplog: pytest.LogCaptureFixture) -> None:
    told.receiver.answers.append((400, {}))
    with traced({ENDPOINT: "http://user:secret@127.0.0.1:4318"}):
        assert PROCESS.listener
        PROCESS.listener.tell(Span("write", "internal", TRACE, 1, 2, {}))
    assert "no traces are taken at 127.0.0.1:4318: " in caplog.text
