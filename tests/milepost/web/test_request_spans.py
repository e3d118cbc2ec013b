"""Requests for commands, as spans tell them."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from consumers.tracing.spans import PROCESS, Span
from consumers.tracing.trace import trace_of
from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.embedded.postgres.server import Server
from milepost.log.writer import Writer
from milepost.web.app import application
from milepost.web.request_spans import Traced
from tests.listening import Listening, listening
from tests.looping import run
from tests.milepost.exchange import exchange
from tests.milepost.logs import migrated, removed
from tests.milepost.logs import propose as wish
from tests.milepost.serving import PROPOSAL, Site, a_key, served

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_numbers = count()


@pytest.fixture(scope="module")
def all_heard() -> Iterator[Listening]:
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def traced(server: Server, all_heard: Listening) -> Iterator[Site]:
    with removed(migrated(server)) as database:
        settings = Settings(database_url=database.application, log_name="test/tracing")
        with open_or_create_service(settings) as service, served(service) as found:
            yield found


@pytest.fixture
def heard(all_heard: Listening) -> Listening:
    all_heard.spans.clear()
    return all_heard


def asked(site: Site, address: str, command: str, body: Any = None, **headers: str) -> httpx.Response:
    named = {"Idempotency-Key": command, "Milepost-Actor": "ada"} | headers
    return site.client.post(address, json=PROPOSAL if body is None else body, headers=named)


def propose(site: Site, key: str, command: str, **headers: str) -> httpx.Response:
    return asked(site, f"/v1/projects/{key}/propose-project", command, **headers)


def of_command(site: Site, heard: Listening, command: str, name: str) -> list[Span]:
    return heard.of(trace_of(site.service.log.identity().id, "ada", command), name)


def test_are_the_root_of_the_commands_trace_and_above_its_writing(traced: Site, heard: Listening) -> None:
    key, command = a_key(), a_command()
    told = propose(traced, key, command)
    [request], [write] = (of_command(traced, heard, command, name) for name in ("POST", "write"))
    assert (request.name, request.kind) == ("POST /v1/projects/{key}/propose-project", "server")
    assert (request.root, write.root, write.kind, request.failed) == (True, False, "internal", False)
    assert request.began <= write.began < write.ended <= request.ended
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/projects/{key}/propose-project",
        "url.scheme": "http",
        "url.path": f"/v1/projects/{key}/propose-project",
        "http.response.status_code": 200,
        "milepost.stream": f"project-{key}",
        "milepost.outcome": "accepted",
    }
    kinds = [event["kind"] for event in told.json()["events"]]
    assert write.attributes == {
        "milepost.stream": f"project-{key}",
        "milepost.outcome": "accepted",
        "milepost.version": told.json()["version"],
        "milepost.position": told.json()["position"],
        "milepost.events": len(kinds),
        "milepost.kinds": sorted(set(kinds)),
    }


def a_command() -> str:
    return f"command-{next(_numbers)}"


def test_without_a_key_have_the_trace_of_the_one_that_they_are_given(traced: Site, heard: Listening) -> None:
    told = traced.client.post(f"/v1/projects/{a_key()}/propose-project", json=PROPOSAL)
    command = told.headers["Idempotency-Key"]
    spans = heard.of(trace_of(traced.service.log.identity().id, "anonymous", command))
    assert {(span.name.split()[0], span.root) for span in spans if span.kind != "consumer"} == {
        ("POST", True), ("write", False)
    }  # fmt: skip


def test_that_ask_again_stand_below_the_first_and_nothing_is_written(traced: Site, heard: Listening) -> None:
    key, command = a_key(), a_command()
    assert [propose(traced, key, command).status_code for _ in range(2)] == [200, 200]
    assert [span.root for span in of_command(traced, heard, command, "POST")] == [True, False]
    assert len(of_command(traced, heard, command, "write")) == 1


def test_are_linked_to_where_the_caller_comes_from(traced: Site, heard: Listening) -> None:
    first, second = a_command(), a_command()
    propose(traced, a_key(), first, traceparent=CALLER)
    propose(traced, a_key(), second)
    links = [of_command(traced, heard, one, "POST")[0].link for one in (first, second)]
    assert links == [CALLER, None]


def test_that_say_twice_where_they_come_from_say_nothing(traced: Site, heard: Listening) -> None:
    twice = [("traceparent", CALLER), ("traceparent", CALLER)]
    traced.client.post(f"/v1/projects/{a_key()}/propose-project", json=PROPOSAL, headers=twice)
    assert [span.link for span in heard.spans if span.kind == "server"] == [None]


def test_say_that_a_command_was_rejected(traced: Site, heard: Listening) -> None:
    key, first, second = a_key(), a_command(), a_command()
    propose(traced, key, first)
    assert propose(traced, key, second).status_code == 409
    [request], [write] = (of_command(traced, heard, second, name) for name in ("POST", "write"))
    assert (request.attributes["http.response.status_code"], request.attributes["milepost.outcome"]) == (
        409,
        "rejected",
    )
    assert (write.attributes["milepost.outcome"], write.attributes["milepost.events"]) == ("rejected", 0)
    assert not request.failed, "it was the caller's doing"


@pytest.mark.parametrize(
    ("place", "body", "more", "status", "problem"),
    [
        ("propose-project", {}, {}, 422, "invalid"),
        ("propose-project?note=secret", PROPOSAL, {}, 422, "invalid"),
        ("propose-project", PROPOSAL, {"If-Match": '"7"'}, 412, "changed"),
        ("propose-project", PROPOSAL, {"If-Match": "x"}, 400, "header"),
    ],
)
def test_say_why_nothing_was_decided(
    traced: Site, heard: Listening, place: str, body: Any, more: dict[str, str], status: int, problem: str
) -> None:
    told = asked(traced, f"/v1/projects/{a_key()}/{place}", a_command(), body, **more)
    [request] = [span for span in heard.spans if span.kind == "server"]
    found = request.attributes["http.response.status_code"], request.attributes["milepost.problem"]
    assert (told.status_code, *found, request.failed) == (status, status, problem, False)
    assert "secret" not in str(request)
    assert [span for span in heard.spans if span.name == "write"] == []


@pytest.mark.parametrize(("body", "status"), [(PROPOSAL, 200), ({}, 422)])
def test_request_is_recorded_before_the_last_byte_of_its_answer_is_sent(
    traced: Site, heard: Listening, body: Any, status: int
) -> None:
    def recorded(*_: object) -> list[object]:
        return [span.attributes["http.response.status_code"] for span in heard.spans if span.kind == "server"]

    path = f"/v1/projects/{a_key()}/propose-project"
    start, *_, last = run(exchange(application(traced.service), "POST", path, recorded, body))
    assert (start.message["status"], last.is_last, last.seen) == (status, True, [status])
    assert recorded() == [status], "once"


def test_that_use_a_key_for_something_else_stand_below_the_first(traced: Site, heard: Listening) -> None:
    command = a_command()
    assert [propose(traced, a_key(), command).status_code for _ in range(2)] == [200, 422]
    _, other = of_command(traced, heard, command, "POST")
    assert (other.root, other.attributes["milepost.problem"]) == (False, "key-reused")


def test_that_meet_a_fault_have_failed_and_its_line_names_the_trace(
    traced: Site, heard: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("out of order")

    command = a_command()
    monkeypatch.setattr("milepost.log.command_batch.CommandBatch.decide", fails)
    with capture_logs() as lines:
        assert propose(traced, a_key(), command).status_code == 500
    trace = trace_of(traced.service.log.identity().id, "ada", command)
    [request] = heard.of(trace)
    found = [request.attributes[name] for name in ("http.response.status_code", "error.type", "milepost.problem")]
    assert (request.failed, found) == (True, [500, "fault", "fault"])
    assert [line["trace_id"] for line in lines if line["event"] == "fault"] == [trace.trace_id]


def test_request_spans_hold_no_person_no_text_and_no_query(traced: Site, heard: Listening) -> None:
    command = a_command()
    propose(traced, a_key(), command, **{"Milepost-Actor": "linus"})  # ids may hold "ada": it is hexadecimal
    propose(traced, "Ada%20Lovelace", a_command())
    propose(traced, "Ada Lovelace", a_command(), **{"Milepost-Actor": "Grace Hopper"})
    told = "\n".join(str(span) for span in heard.spans)
    assert "POST" in told
    for word in ("linus", "lovelace", "Lovelace", "hopper", "Hopper", command, "secret", "Pay"):
        assert word not in told, told


def test_of_others_are_not_told(traced: Site, heard: Listening) -> None:
    with capture_logs() as lines:
        traced.client.get("/v1/projects")
        assert traced.client.post("/v1/nothing").status_code == 404
        assert traced.client.post("/v1/projects", headers={"Host": "elsewhere"}).status_code == 421
    assert [span for span in heard.spans if span.kind == "server"] == []
    assert lines == []


def test_cost_nothing_where_nobody_listens(traced: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert layers(traced)[0] is Traced
    monkeypatch.setattr(PROCESS, "listener", None)
    assert Traced not in layers(traced)


def layers(site: Site) -> list[object]:
    return [one.cls for one in application(site.service).user_middleware]


def test_are_not_told_to_others_by_the_library(traced: Site) -> None:
    telemetry: Any = vars(application(traced.service))["_telemetry"]
    wanted = ("tracing", "metrics", "logs", "auto_configure")
    assert [telemetry[name] for name in wanted] == [False] * 4


def test_are_not_needed_for_a_command_to_be_told(traced: Site, heard: Listening) -> None:
    command = a_command()
    with Writer(traced.service.log) as writer:
        writer.execute(wish(a_key(), command=command))
    [write] = of_command(traced, heard, command, "write")
    assert write.root, "no request stands above it"
