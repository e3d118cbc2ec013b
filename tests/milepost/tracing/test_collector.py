"""The collector."""

import logging
import socket
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from time import monotonic

import pytest

from consumers.tracing.spans import Attributes, Span
from consumers.tracing.trace import Trace, trace_of
from milepost.tracing import collector as subject
from milepost.tracing.collector import LAST_SECONDS, Collector
from tests.milepost.tracing.collecting import Collecting, collecting
from tests.waiting import until

TRACE = trace_of("log", "ada", "command-1")
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def told() -> Iterator[Collecting]:
    with collecting() as found:
        yield found


@pytest.fixture(autouse=True)
def _waits_for_the_last_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is; what is tested of the limit sets it again."""
    monkeypatch.setattr(subject, "LAST_SECONDS", 60.0)


@contextmanager
def collector(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Generator[Collector]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with closing(Collector("here")) as found:
        yield found


def span(name: str = "write", trace: Trace = TRACE, root: bool = False, link: str | None = None) -> Span:
    attributes: Attributes = {"milepost.position": 7, "milepost.kinds": ["a/1", "b/1"], "milepost.stream": "project-p"}
    return Span(name, "internal", trace, 1_000, 2_000, attributes, root, link)


def test_is_told_a_span_by_the_ids_that_follow_from_its_command(
    told: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector(monkeypatch, **told.environment) as found:
        found.tell(span("above", root=True))
        found.tell(span("below"))
        found.tell(span("beside"))
    above, below, beside = sorted(told.seen, key=lambda one: one.name)[0], *told.of(TRACE.trace_id, "be")
    assert (above.trace, above.id, above.parent) == (*TRACE, "")
    assert {(one.trace, one.parent) for one in (below, beside)} == {TRACE}
    assert len({above.id, below.id, beside.id}) == 3
    assert (above.began, above.ended, above.service) == (1_000, 2_000, "milepost")
    assert above.attributes == span().attributes


def test_is_told_links_and_faults(told: Collecting, monkeypatch: pytest.MonkeyPatch) -> None:
    with collector(monkeypatch, **told.environment) as found:
        for link in (CALLER, "00-nonsense", CALLER.replace("b7ad6b7169203331", "0" * 16), "", None):
            found.tell(span(link=link))
        found.tell(Span("POST", "server", TRACE, 1, 2, {}, failed=True))
    assert [one.links for one in told.of(TRACE.trace_id, "write")] == [((CALLER[3:35], CALLER[36:52]),), (), (), (), ()]
    assert [(one.kind, one.failed) for one in told.of(TRACE.trace_id, "POST")] == [("server", True)]


def test_is_called_as_the_environment_says(told: Collecting, monkeypatch: pytest.MonkeyPatch) -> None:
    with collector(monkeypatch, **told.environment, OTEL_SERVICE_NAME="milepost-relay") as found:
        found.tell(span())
    assert [one.service for one in told.seen] == ["milepost-relay"]


@pytest.mark.parametrize("sampler", ["traceidratio", "parentbased_traceidratio"])
def test_takes_a_share_of_the_traces_and_these_whole(
    told: Collecting, monkeypatch: pytest.MonkeyPatch, sampler: str
) -> None:
    traces = [trace_of("log", "ada", f"command-{n}") for n in range(200)]
    with collector(
        monkeypatch, **told.environment, OTEL_TRACES_SAMPLER=sampler, OTEL_TRACES_SAMPLER_ARG="0.25"
    ) as found:
        for trace in traces:
            found.tell(span("above", trace, root=True))
            found.tell(span("below", trace))
        wanted = {trace.trace_id for trace in traces if found.wants(trace)}
    assert 20 < len(wanted) < 80
    assert {one.trace for one in told.seen} == wanted
    assert len(told.seen) == 2 * len(wanted)


def test_takes_none_where_the_sampler_is_off(told: Collecting, monkeypatch: pytest.MonkeyPatch) -> None:
    with collector(monkeypatch, **told.environment, OTEL_TRACES_SAMPLER="always_off") as found:
        assert not found.wants(TRACE)
        found.tell(span())
    assert told.seen == []


def test_that_is_away_is_missed_once_and_noticed_when_it_is_back(
    told: Collecting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told.receiver.answers += [(400, {}), (400, {})]
    with collector(monkeypatch, **told.environment) as found:
        for tries in range(1, 5):
            found.tell(span())
            until(partial(tried, told, tries), "it was tried")
    assert [record.getMessage() for record in caplog.records] == [
        "no traces are taken at here: those of now are lost, all else goes on",
        "traces are taken at here again",
    ]


def tried(told: Collecting, times: int) -> bool:
    return len(told.receiver.posted) == times


def test_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "LAST_SECONDS", LAST_SECONDS)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with collector(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=address, OTEL_BSP_SCHEDULE_DELAY="10") as found:
            began = monotonic()
            for _ in range(3_000):
                found.tell(span())
            assert monotonic() - began < 10
            began = monotonic()
        assert monotonic() - began < 5, "the last spans have two seconds"


def test_keeps_no_more_than_its_queue_holds(told: Collecting, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {**told.environment, "OTEL_BSP_SCHEDULE_DELAY": "60000", "OTEL_BSP_MAX_QUEUE_SIZE": "100"}
    with collector(monkeypatch, **slow, OTEL_BSP_MAX_EXPORT_BATCH_SIZE="100") as found:
        told.receiver.answers += [(503, {"Retry-After": "1"})]
        for _ in range(1_000):
            found.tell(span())
    assert len(told.seen) <= 400
