"""Traces from the request to the row, by the programs that people run, as a collector has them."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import httpx
import pytest

from consumers.tracing.trace import Trace, trace_of
from milepost.embedded.postgres.server import Server
from milepost.log.store import Log
from projections import projections
from tests.milepost.cli.processes import Running, running
from tests.milepost.cli.test_workers import Parts, parts
from tests.milepost.logs import Database, removed, with_log
from tests.milepost.serving import PROPOSAL
from tests.milepost.tracing.collecting import Collecting, Seen, collecting
from tests.waiting import until

__all__ = ["parts"]
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MODELS = sorted(f"{one.table}_1" for one in projections())


@pytest.fixture
def collector() -> Iterator[Collecting]:
    with collecting() as found:
        yield found


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with removed(with_log(server)) as found:
        yield found


def proposed(address: str) -> None:
    """One command over HTTP, by somebody who has a trace of their own."""
    headers = {"Milepost-Actor": "ada", "Idempotency-Key": "command-1", "traceparent": CALLER}
    told = httpx.post(f"{address}/v1/projects/pay-1/propose-project", json=PROPOSAL, headers=headers, timeout=60)
    assert told.status_code == 200, told.text


def address_of(service: Running) -> str:
    return service.line.rsplit(" ", 1)[-1]


def trace_on(conninfo: str) -> Trace:
    with closing(Log(conninfo)) as log:
        return trace_of(log.identity().id, "ada", "command-1")


def wait_for(collector: Collecting, trace: Trace, *names: str) -> list[Seen]:
    """The spans of a trace, once these are there and those of all read models."""
    wanted = {*names, *(f"project {model}" for model in MODELS)}
    until(lambda: wanted <= {one.name for one in collector.of(trace.trace_id)}, f"{wanted} are told")
    return collector.of(trace.trace_id)


def test_lead_from_the_request_to_the_row_of_every_read_model(
    database: Database, collector: Collecting, tmp_path: Path
) -> None:
    environment = {"MILEPOST_DATABASE_URL": database.application, **collector.environment}
    with running(tmp_path / "journal", "serve", "--port", "0", **environment) as service:
        proposed(address_of(service))
        trace = trace_on(database.application)
        spans = wait_for(collector, trace, "POST /v1/projects/{key}/propose-project", "write")
        assert service.ask() == 0
    [request] = [one for one in spans if one.kind == "server"]
    assert (request.id, request.parent, request.service) == (trace.root, "", "milepost")
    assert request.links == ((CALLER[3:35], CALLER[36:52]),)
    assert {one.parent for one in spans if one is not request} == {trace.root}
    assert sorted(one.attributes["milepost.read_model"] for one in spans if one.kind == "consumer") == MODELS
    assert {one.attributes["milepost.stream"] for one in spans} == {"project-pay-1"}
    assert '"level":"warning"' not in service.told


def test_lead_through_kafka_and_all_processes(parts: Parts, collector: Collecting) -> None:
    parts.environment |= collector.environment
    for name in ("relay", "project"):
        parts.environment["OTEL_SERVICE_NAME"] = f"milepost-{name}"
        parts.start(name)
    parts.environment["OTEL_SERVICE_NAME"] = "milepost-api"
    proposed(str(parts.served().base_url))
    trace, topic = trace_on(parts.address), parts.environment["MILEPOST_KAFKA_TOPIC"]
    spans = wait_for(collector, trace, "POST /v1/projects/{key}/propose-project", "write", f"send {topic}")
    [request], [write], [send] = (
        [one for one in spans if one.kind == kind] for kind in ("server", "internal", "producer")
    )
    rows = [one for one in spans if one.kind == "consumer"]
    assert (request.id, request.parent) == (trace.root, "")
    assert {one.parent for one in (write, send, *rows)} == {trace.root}
    assert {one.service for one in (request, write)} == {"milepost-api"}
    assert (send.service, {one.service for one in rows}) == ("milepost-relay", {"milepost-project"})
    assert len({one.attributes["messaging.destination.partition.id"] for one in (send, *rows)}) == 1
    assert {one.attributes["milepost.position"] for one in (write, send, *rows)} == {
        write.attributes["milepost.position"]
    }
    last = max(one.ended for one in rows)
    assert write.began < send.began < last, "a span is recorded after what it is of, so the ends may come in any order"


def test_that_nobody_takes_are_missed_by_nobody(database: Database, tmp_path: Path) -> None:
    nowhere = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    environment = {"MILEPOST_DATABASE_URL": database.application, "OTEL_EXPORTER_OTLP_TIMEOUT": "1", **nowhere}
    with running(tmp_path / "journal", "serve", "--port", "0", **environment) as service:
        address = address_of(service)
        proposed(address)
        until(lambda: service.tells("no traces are taken at 127.0.0.1:9"), "it is said")
        for number in range(20):
            told = httpx.post(f"{address}/v1/projects/key-{number}/propose-project", json=PROPOSAL, timeout=30)
            assert told.status_code == 200
        assert httpx.get(f"{address}/readyz", timeout=30).json()["ready"]
        began = monotonic()
        assert service.ask() == 0
        assert monotonic() - began < 10
    told_lines = [json.loads(line) for line in service.told.splitlines()]
    assert [line["logger"] for line in told_lines if line["level"] != "info"] == ["milepost.tracing"]


def test_of_a_command_line_begin_with_what_it_writes(database: Database, collector: Collecting, tmp_path: Path) -> None:
    arguments = ("--title", "Pay", "--project-kind", "it_service", "--service", "pay", "--customer", "sales")
    environment = {"MILEPOST_DATABASE_URL": database.application, **collector.environment}
    with running(tmp_path / "journal", "propose-project", "pay-1", *arguments, "--as", "ada", **environment) as said:
        assert said.process.wait(60) == 0, said.told
    [write] = [
        one for one in collector.seen if one.name == "write" and one.attributes["milepost.stream"] == "project-pay-1"
    ]
    assert write.parent == ""
