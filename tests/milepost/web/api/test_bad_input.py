"""Bad input over HTTP: a problem that names the place, and nothing is written."""

import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from milepost.web.openapi import MOST_IN_A_BATCH
from milepost.web.strict_json import DEEPEST, LARGEST_BODY
from tests.milepost.serving import PROPOSAL, Site

RISK: dict[str, Any] = {"risk": "flood", "statement": "the river rises"}
COST: dict[str, Any] = {"period": "2026-01", "amount": {"amount": "10.50", "currency": "EUR"}, "type": "labour"}
MONEY = {"amount": "1", "currency": "EUR"}
WHO = {"Milepost-Actor": "ada"}


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.proposed()


@pytest.fixture(autouse=True)
def nothing_written(site: Site, key: str) -> Iterator[None]:
    before = site.head
    yield
    assert site.head == before


def problem(told: httpx.Response, *statuses: int) -> str:
    """What the problem says; it has the form of one, and is not long."""
    assert told.status_code in statuses, (told.status_code, told.text)
    assert told.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= told.json().keys()
    assert told.json()["status"] == told.status_code
    assert len(told.content) < 5_000
    return str(told.json()["detail"])


def ask(site: Site, key: str, body: bytes | Iterator[bytes], command: str = "assess-risk") -> httpx.Response:
    return site.client.post(f"/v1/projects/{key}/{command}", content=body, headers=WHO)


NOT_JSON = {
    "comma": b'{"risk":"flood",}',
    "comment": b'{"risk":"flood" /* x */}',
    "quotes": b"{'risk':'flood'}",
    "byte order mark": b'\xef\xbb\xbf{"risk":"flood","statement":"x"}',
    "invalid UTF-8": b'{"risk":"flood","statement":"\xff"}',
    "overlong UTF-8": b'{"risk":"flood","statement":"\xc0\xaf"}',
    "UTF-16": '{"risk":"flood","statement":"x"}'.encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "form": b"risk=flood&statement=x",
    "two values": b'{"risk":"flood","statement":"x"}{}',
    "control character": b'{"risk":"flood","statement":"a\nb"}',
    "NUL": b'{"risk":"flood","statement":"\\u0000"}',
    "NUL in a name": b'{"risk":"flood","statement":"x","\\u0000":1}',
    "half a character": b'{"risk":"flood","statement":"\\ud800"}',
    "other half": b'{"risk":"flood","statement":"\\udc00x"}',
    "twice": b'{"risk":"flood","statement":"x","risk":"fire"}',
    "twice, escaped": b'{"risk":"flood","statement":"x","r\\u0069sk":"fire"}',
    "twice inside": b'{"risk":"flood","statement":"x","impact_money":{"amount":"1","amount":"2","currency":"EUR"}}',
    "NaN": b'{"risk":"flood","statement":"x","probability":NaN}',
    "infinity": b'{"risk":"flood","statement":"x","probability":-Infinity}',
    "2^53": b'{"risk":"flood","statement":"x","impact_days":9007199254740992}',
    "2^64": b'{"risk":"flood","statement":"x","impact_days":18446744073709551616}',
    "1e999": b'{"risk":"flood","statement":"x","impact_days":1e999}',
    "-0.0": b'{"risk":"flood","statement":"x","impact_days":-0.0}',
    "0.1": b'{"risk":"flood","statement":"x","impact_days":0.1}',
    "5,000 digits": b'{"risk":"flood","statement":"x","impact_days":' + b"1" * 5000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_that_is_not_json_of_one_reading_is_refused(site: Site, key: str, body: bytes) -> None:
    problem(ask(site, key, body), 400)
    batch = b'{"commands":[' + body.replace(b"{", b'{"command":"assess-risk",', 1) + b"]}"
    problem(ask(site, key, batch, "commands"), 400)


def test_cut_off_at_any_byte_is_refused(site: Site, key: str) -> None:
    whole = json.dumps(RISK).encode()
    for length in range(1, len(whole)):
        problem(ask(site, key, whole[:length]), 400)


def test_that_is_too_large_is_refused(site: Site, key: str) -> None:
    fat = b'{"risk":"flood","statement":"' + b"x" * LARGEST_BODY + b'"}'
    assert "262,144 bytes" in problem(ask(site, key, fat), 413)
    assert "262,144 bytes" in problem(ask(site, key, iter([fat[:1000], fat[1000:], b" " * LARGEST_BODY])), 413)


def test_just_small_enough_is_judged_by_what_it_says(site: Site, key: str) -> None:
    padded = json.dumps({**RISK, "risk": "NO KEY"}).encode().ljust(LARGEST_BODY)
    assert problem(ask(site, key, padded), 422).startswith("risk: ")


@pytest.mark.parametrize("depth", [DEEPEST + 1, 200, 1_025, 100_000])
@pytest.mark.parametrize("ends", [(b"[", b"]"), (b'{"a":', b"}")], ids=["array", "object"])
def test_that_is_too_deep_is_refused(site: Site, key: str, depth: int, ends: tuple[bytes, bytes]) -> None:
    body = (ends[0] * depth)[: LARGEST_BODY // 2] + b"1" + (ends[1] * depth)[: LARGEST_BODY // 3]
    assert "32 levels deep" in problem(ask(site, key, body), 413)


SLOW = {
    "text without an end": b'"' + b'\\"' * (LARGEST_BODY // 2 - 1),
    "quotes": b'"' * LARGEST_BODY,
    "members": b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b',"19999":1}',
    "array": b'{"risk":"flood","statement":[' + b",".join([b"1"] * 100_000) + b"]}",
    "brackets": b"[]" * (LARGEST_BODY // 2),
}


@pytest.mark.parametrize("body", SLOW.values(), ids=SLOW.keys())
def test_made_to_take_long_does_not(site: Site, key: str, body: bytes) -> None:
    began = time.process_time()
    problem(ask(site, key, body), 400, 413, 422)
    assert time.process_time() - began < 5, "one pass takes milliseconds, a quadratic one minutes"


PRIVILEGED = (
    "version", "actor", "who", "role", "recorded_at", "recordedtime", "time", "origin", "policy", "command", "kind",
    "type", "topic", "stream", "assignment", "authtype", "approved_by", "__class__", "__init__", "constructor", "extra",
    "Risk", "risk ", "",
)  # fmt: skip


@pytest.mark.parametrize("name", PRIVILEGED)
def test_with_a_field_that_is_none_is_refused(site: Site, key: str, name: str) -> None:
    values: tuple[Any, ...] = ("eve", 1, None, {})
    for value in values:
        told = problem(ask(site, key, json.dumps(RISK | {name: value}).encode()), 422)
        assert told.endswith(": there is no such field here: leave it out")
        assert told.startswith(name)
    inside = RISK | {"impact_money": MONEY | {name: "eve"}}
    assert problem(ask(site, key, json.dumps(inside).encode()), 422).startswith(f"impact_money.{name}")


TYPES: dict[str, Any] = {
    "null": None, "true": True, "integer": 7, "negative": -1, "list": [], "list of text": ["x"], "object": {},
    "object of text": {"x": "y"}, "number as text": "12", "long text": "x" * 10_001,
}  # fmt: skip
FIELDS: dict[tuple[str, str], set[str]] = {  # and the values of other types that a field takes after all
    ("assess-risk", "risk"): {"number as text"},
    ("assess-risk", "statement"): {"number as text"},
    ("assess-risk", "probability"): {"null", "integer"},
    ("assess-risk", "impact_days"): {"null", "integer", "negative"},
    ("assess-risk", "impact_money"): {"null"},
    ("assess-risk", "owner"): {"null", "number as text"},
    ("assess-risk", "occurred_at"): {"null"},
    ("assess-risk", "reason"): {"null", "number as text"},
    ("record-cost", "period"): set(),
    ("record-cost", "amount"): set(),
    ("record-cost", "type"): set(),
    ("propose-project", "title"): {"number as text"},
    ("propose-project", "project_kind"): set(),
    ("propose-project", "service"): {"number as text"},
    ("propose-project", "business_case"): {"null"},
    ("call-review", "gates"): {"list"},
    ("decide-review", "overrides"): {"true"},
    ("decide-review", "conditions"): {"list"},
    ("decide-review", "seen"): {"null"},
}
BODIES: dict[str, dict[str, Any]] = {
    "assess-risk": RISK,
    "record-cost": COST,
    "propose-project": PROPOSAL,
    "call-review": {"review": "r", "gates": ["envisioned"]},
    "decide-review": {"review": "r"},
}


@pytest.mark.parametrize(("command", "field"), FIELDS, ids=[".".join(place) for place in FIELDS])
def test_of_another_type_is_named_by_its_field(site: Site, key: str, command: str, field: str) -> None:
    for name, value in TYPES.items():
        if name not in FIELDS[command, field]:
            body = json.dumps(BODIES[command] | {field: value}).encode()
            told = problem(ask(site, key, body, command), 422)
            assert told.partition(":")[0].partition(".")[0] == field, (name, told)


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"x"', b"true"])
def test_that_is_no_object_is_refused(site: Site, key: str, body: bytes) -> None:
    problem(ask(site, key, body), 422)
    problem(ask(site, key, body, "commands"), 422)


NO_MOMENTS = (
    "2026-01-01T00:00:00", "2026-01-01", "2026-01-01T24:00:00Z", "2026-02-30T00:00:00Z", "2016-12-31T23:59:60Z",
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00", "10000-01-01T00:00:00Z",
    "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00 Europe/Berlin", "20260101", "yesterday", "", "-1",
    "2026-01-01T00:00:00Z; DROP TABLE log.events", "٢٠٢٦-01-01T00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize("moment", NO_MOMENTS)
def test_that_is_no_moment_with_a_zone_is_refused(site: Site, key: str, moment: str) -> None:
    told = problem(ask(site, key, json.dumps(RISK | {"occurred_at": moment}).encode()), 422)
    assert told.startswith("occurred_at: ")
    for place in (f"/v1/projects/{key}?as_at=", f"/v1/projects/{key}?known_at=", "/v1/trail?since="):
        name = place.rpartition("?")[2].rstrip("=")
        found = site.client.get(place.partition("?")[0], params={name: moment})
        assert problem(found, 422).startswith(f"{name}: ")


def test_of_the_future_is_rejected(site: Site, key: str) -> None:
    for moment in ("2900-01-01T00:00:00Z", "2999-12-31T23:59:59.999999Z"):
        told = problem(ask(site, key, json.dumps(RISK | {"occurred_at": moment}).encode()), 409)
        assert told.startswith("occurred_at: ")
        assert "future" in told


NO_KEYS = (
    "-x", ".x", "x" * 64, "a b", "é", "a%00", "a'--", "a;b", "..;", "%2e%2e", "{pay}", "a\u200b", "x" * 10_000, "a\n",
    "１",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_KEYS)
def test_that_is_no_key_is_refused(site: Site, key: str, text: str) -> None:
    told = problem(ask(site, key, json.dumps(RISK | {"risk": text}).encode()), 422)
    assert told.startswith("risk: ")
    assert text not in told
    for place in (f"/v1/projects/{text}", f"/v1/projects/{text}/why", f"/v1/projects/{text}/trail"):
        raw = quote(place, safe="/%").encode()
        problem(site.client.get(site.client.base_url.copy_with(raw_path=raw)), 404, 422)


BAD_AMOUNTS = ("1e5", "01", "-0", "1.", ".5", "1,5", "+1", "NaN", "", " 1", "1٢", "0x10", "1" * 41)


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_that_is_no_exact_amount_is_refused(site: Site, key: str, amount: str) -> None:
    body = COST | {"amount": {"amount": amount, "currency": "EUR"}}
    assert problem(ask(site, key, json.dumps(body).encode(), "record-cost"), 422).startswith("amount.amount: ")


def test_in_digits_of_other_scripts_is_refused(site: Site, key: str) -> None:
    body = COST | {"period": "٢٠٢٦-01"}
    assert problem(ask(site, key, json.dumps(body).encode(), "record-cost"), 422).startswith("period: ")


HEADERS: tuple[tuple[str, list[tuple[str, bytes]], int], ...] = (
    ("Milepost-Actor", [("Milepost-Actor", b"Ada Lovelace")], 422),
    ("Milepost-Actor", [("Milepost-Actor", "adá".encode())], 422),
    ("Milepost-Actor", [("Milepost-Actor", b"x" * 64)], 422),
    ("Milepost-Actor", [("Milepost-Actor", b"ada"), ("Milepost-Actor", b"eve")], 400),
    ("Milepost-Role", [("Milepost-Role", b"tester, cab")], 422),
    ("Idempotency-Key", [("Idempotency-Key", b"")], 400),
    ("Idempotency-Key", [("Idempotency-Key", b"a b")], 400),
    ("Idempotency-Key", [("Idempotency-Key", b"x" * 201)], 400),
    ("Idempotency-Key", [("Idempotency-Key", "ключ".encode())], 400),
    ("Idempotency-Key", [("Idempotency-Key", b"a"), ("Idempotency-Key", b"b")], 400),
    ("If-Match", [("If-Match", b"1")], 400),
    ("If-Match", [("If-Match", b"")], 400),
    ("If-Match", [("If-Match", b'"1" "2"')], 400),
    ("If-Match", [("If-Match", b'*, "1"')], 400),
    ("If-Match", [("If-Match", b"*"), ("If-Match", b"*")], 400),
    ("If-Match", [("If-Match", b'w/"1"')], 400),
    ("If-Match", [("If-Match", "٣".encode())], 400),
    ("If-None-Match", [("If-None-Match", b'"1')], 400),
    ("Milepost-Correlation", [("Milepost-Correlation", b"a\tb")], 400),
)


@pytest.mark.parametrize(("header", "given", "status"), HEADERS)
def test_in_a_header_is_named(site: Site, key: str, header: str, given: list[tuple[str, bytes]], status: int) -> None:
    told = site.client.post(
        f"/v1/projects/{key}/assess-risk", json=RISK, headers=[(name.encode(), value) for name, value in given]
    )
    assert problem(told, status).startswith(f"{header}: ")


QUERIES = (
    "/v1/projects?limit=0", "/v1/projects?limit=201", "/v1/projects?limit=-1", "/v1/projects?limit=1e2",
    "/v1/projects?limit=99999999999999999999", "/v1/projects?limit=x", "/v1/projects?after=%00",
    "/v1/projects?after=';--", "/v1/projects?wait_for=-1", "/v1/projects?wait_for=99999999999999999999999",
    "/v1/projects?wait_for=project-a:0", "/v1/projects?wait_for=project-a", "/v1/projects?wait_for=x-a:1",
    "/v1/projects?state=%00", "/v1/projects?state=activ", "/v1/projects?phase=operate",
    "/v1/projects?category=emergency",
    "/v1/projects?origin=import", "/v1/projects?origin=Live", "/v1/trail?after=-1", "/v1/trail?limit=999999",
    "/v1/trail?after=9223372036854775808", "/v1/trail?who=%ed%a0%80", "/v1/trail?kind=risk",
    "/v1/trail?kind=risk.assessed/9",
    "/v1/trail?since=2026-01-01", "/v1/trail?since=1767225600", "/v1/trail?until=2026-01-01T00:00:00",
    "/v1/due?days=-1", "/v1/due?days=99999", "/v1/waiting?role=a%20b", "/v1/effectiveness/gates?by=1%3Bdrop",
    "/v1/effectiveness/gates?by=stream", "/v1/effectiveness/gates/called?group=%27%20OR%20true",
    "/v1/effectiveness/gates/called?at=envision", "/v1/effectiveness/phases/n?at=envisioned",
    "/v1/effectiveness/projects/n?at=envisioned", "/v1/effectiveness/gates/called?by=rigour&group=huge",
    "/v1/projects?behind=a", "/v1/projects?State=active", "/v1/projects?limit=1&limit=2", "/v1/events?limit=1",
    "/v1/trail?wait=1", "/livez?verbose", "/v1/projects/a/why?wait_for=1",
)  # fmt: skip


@pytest.mark.parametrize("address", QUERIES)
def test_query_parameter_that_is_wrong_is_named(site: Site, address: str) -> None:
    names = [one.partition("=")[0] for one in address.partition("?")[2].split("&")]
    assert problem(site.client.get(address), 422).partition(": ")[0] in names


PAGES = (
    "/?state=activ", "/?phase=operate", "/?category=emergency", "/?kind=service", "/?behind=a",
    "/effectiveness?by=state",
    "/effectiveness?origins=live", "/effectiveness/projects?of=gates&figure=called&at=envision", "/inbox?role=tester",
    "/policy?version=1", "/projects/a?behind=1", "/problems?x=1",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_query_parameter_of_a_page_that_is_wrong_is_named(site: Site, address: str) -> None:
    told = site.client.get(address, headers={"Accept": "text/html"})
    names = [one.partition("=")[0] for one in address.partition("?")[2].split("&")]
    assert told.status_code == 422
    assert any(f"{name}: " in told.text for name in names), told.text


def test_query_parameter_of_a_command_is_refused(site: Site, key: str) -> None:
    told = site.client.post(f"/v1/projects/{key}/assess-risk?dry_run=true", json=RISK, headers=WHO)
    assert problem(told, 422) == "dry_run: there is no such parameter here; this address has none"


NOTHING = (
    "/v1/projects/no-such", "/v1/projects/NO%20KEY", "/v1/projects/no-such/why", "/v1/projects/no-such/events",
    "/v1/projects/no-such/trail", "/v1/projects/no-such/gates", "/v1/projects/no-such/phases",
    "/v1/effectiveness/nothing",
    "/v1/effectiveness/gates/nothing", "/v1/nothing", "/projects/no-such", "/projects/no-such/events/1",
)  # fmt: skip


@pytest.mark.parametrize("address", NOTHING)
def test_address_of_nothing_is_not_found(site: Site, address: str) -> None:
    for accept in ("application/json", "text/html"):
        assert site.client.get(address, headers={"Accept": accept}).status_code == 404


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.5", "99999999999999999999"])
def test_as_a_version_is_named(site: Site, key: str, version: str) -> None:
    assert problem(site.client.get(f"/v1/projects/{key}", params={"version": version}), 422).startswith("version: ")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "", "0.0.0.0", "127.0.0.1@x"])
def test_for_a_host_that_is_not_served_is_refused(site: Site, key: str, host: str) -> None:
    for told in (
        site.client.get("/v1/projects", headers={"Host": host}),
        site.client.post(f"/v1/projects/{key}/assess-risk", json=RISK, headers=WHO | {"Host": host}),
    ):
        problem(told, 421)


def test_for_a_host_that_is_served_has_any_case_and_port(site: Site) -> None:
    for host in ("LOCALHOST", "localhost:1", "[::1]", "[::1]:8000", "127.0.0.1"):
        assert site.client.get("/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_from_a_page_of_another_origin_is_refused(site: Site, key: str, headers: dict[str, str]) -> None:
    told = site.client.post(f"/v1/projects/{key}/assess-risk", json=RISK, headers=WHO | headers)
    assert "origin" in problem(told, 403)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "GET", "BREW"])
def test_by_another_method_is_refused(site: Site, key: str, method: str) -> None:
    told = site.client.request(method, f"/v1/projects/{key}/assess-risk", headers=WHO)
    problem(told, 405)
    assert told.headers["allow"] == "POST"


def test_by_a_method_in_a_header_stays_what_it_is(site: Site, key: str) -> None:
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        problem(site.client.get(f"/v1/projects/{key}/assess-risk", headers={header: "POST"}), 405)


@pytest.mark.parametrize("path", ["/v1/projects/..;/x", "/v1/../v1/no", "/v1/projects/%2e%2e%2fx", "/v1", "//", "/v2/"])
def test_at_an_address_that_is_none_is_not_found(site: Site, path: str) -> None:
    problem(site.client.get(site.client.base_url.copy_with(raw_path=path.encode())), 404)


FRAMES = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 44\r\n\r\n{}",
    "length and chunks": b"Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "no number": b"Content-Length: x\r\n\r\n{}",
    "huge header": b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    "folded": b"X: a\r\n b\r\n: c\r\n\r\n",
    "bad chunk": b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("rest", FRAMES.values(), ids=FRAMES.keys())
def test_in_a_frame_of_two_readings_is_refused(site: Site, key: str, rest: bytes) -> None:
    head = f"POST /v1/projects/{key}/assess-risk HTTP/1.1\r\nHost: localhost\r\nMilepost-Actor: ada\r\n".encode()
    assert re.match(rb"HTTP/1.1 4\d\d ", sent(site, head + rest))


def test_shorter_than_its_length_is_never_carried_out(site: Site, key: str) -> None:
    head = f"POST /v1/projects/{key}/assess-risk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n".encode()
    assert not sent(site, head + json.dumps(RISK).encode()).startswith(b"HTTP/1.1 2")


def sent(site: Site, request: bytes) -> bytes:
    """What comes back for these bytes, after which nothing more is sent."""
    url = site.client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(65_536)


HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "\x1b[31mred",
    "a\r\nSet-Cookie: x=y",
    "\u202e",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_is_not_repeated(site: Site, key: str, text: str) -> None:
    for body in ({**RISK, "risk": text}, {**RISK, "owner": text}, {**RISK, text: 1}, {"commands": [{"command": text}]}):
        told = ask(site, key, json.dumps(body).encode(), "commands" if "commands" in body else "assess-risk")
        problem(told, 422)
        assert "set-cookie" not in told.headers
        assert b"\x1b" not in told.content
        assert b"\r" not in told.content
    found = site.client.get("/v1/effectiveness/gates/" + "x<y", headers={"Accept": "text/html"})
    assert "x<y" not in found.text


def test_of_many_errors_names_some(site: Site, key: str) -> None:
    body = RISK | {f"field-{n}-" + "x" * 200: 1 for n in range(900)}
    problem(ask(site, key, json.dumps(body).encode()), 422)
    many = {"commands": [{"command": "assess-risk"}] * MOST_IN_A_BATCH}
    problem(ask(site, key, json.dumps(many).encode(), "commands"), 422)


def test_leads_to_no_fault_that_tells_secrets(site: Site, key: str) -> None:
    url = site.service.settings.database_url
    for place in ("/v1/projects/%ff", "/v1/projects/x/why?gate=none", "/nothing"):
        told = site.client.get(place)
        assert told.status_code < 500
        assert "Traceback" not in told.text
        assert url not in told.text
