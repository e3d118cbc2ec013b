"""Events over HTTP as they happen."""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message

from milepost.web.api import events
from milepost.web.app import application
from tests.looping import run
from tests.milepost.exchange import Sent, exchange
from tests.milepost.servers import until
from tests.milepost.serving import Site

Told = dict[str, str]
RISK = {"risk": "flood", "statement": "the river rises"}


def blocks(lines: Iterator[str]) -> Iterator[Told]:
    """What each block of the stream says; comments are left out."""
    block: Told = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            block |= {name: value.removeprefix(" ")} if name else {}
        elif block:
            yield block
            block = {}


@contextmanager
def listening(site: Site, last: str | None = None, **asked: Any) -> Generator[Iterator[Told]]:
    """What the stream tells behind its first words."""
    headers = {"Last-Event-ID": last} if last is not None else {}
    with site.client.stream("GET", "/v1/events", params=asked, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = blocks(answer.iter_lines())
        assert next(told) == {"retry": "2000"}
        yield told


def kind(told: Told) -> str:
    return str(orjson.loads(told["data"])["type"])


def test_are_the_stored_bytes_in_their_order(site: Site) -> None:
    site.proposed()
    stored = list(site.service.log.events())
    with listening(site) as told:
        found = [next(told) for _ in stored]
    assert [one["id"] for one in found] == [str(one.position) for one in stored]
    assert [one["data"].encode() for one in found] == [one.data for one in stored]


def test_are_told_as_they_are_written(site: Site) -> None:
    key = site.proposed()
    with listening(site, after=site.head) as told:
        for number in range(3):
            assert site.tell(f"{key}/assess-risk", risk=f"r{number}", statement="x").status_code == 200
            assert orjson.loads(next(told)["data"])["data"]["risk"] == f"r{number}"


def test_go_on_behind_the_last_that_was_heard(site: Site) -> None:
    site.proposed()
    last = site.head - 1
    with listening(site, str(last)) as told:
        assert next(told)["id"] == str(last + 1)
    with listening(site, str(last), after=1) as told:
        assert next(told)["id"] == str(last + 1), "a browser comes again to the same address"


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "999999999999", "1" * 5000])
def test_begin_anew_where_the_last_one_is_none_of_this_log(site: Site, last: str) -> None:
    with listening(site, last) as told:
        reset = next(told)
        assert (reset["event"], reset["id"]) == ("reset", "0")
        said = orjson.loads(reset["data"])
        assert (said["oldest"], said["head"]) == (1, site.head)
        assert len(said["why"]) < 200
        assert next(told)["id"] == "1"


def test_of_a_log_that_ends_there_wait_without_a_reset(site: Site) -> None:
    key = site.proposed()
    with listening(site, str(site.head)) as told:
        site.tell(f"{key}/assess-risk", **RISK)
        assert kind(next(told)) == "milepost.risk.assessed.v1"


def test_may_be_those_of_one_project(site: Site) -> None:
    key, other = site.proposed(), site.proposed()
    with listening(site, project=key) as told:
        assert orjson.loads(next(told)["data"])["source"].endswith(f":{key}")
        site.tell(f"{other}/assess-risk", **RISK)
        site.tell(f"{key}/assess-risk", **RISK)
        assert orjson.loads(next(told)["data"])["source"].endswith(f":{key}")


def test_may_be_those_of_some_kinds(site: Site) -> None:
    key = site.proposed()
    with listening(site, kind=["risk.assessed", "no-risks.recorded/1"], after=site.head) as told:
        site.tell(f"{key}/declare-no-risks", gate="envisioned")
        site.tell(f"{key}/identify-stakeholder", stakeholder="s", name="The board")
        site.tell(f"{key}/assess-risk", **RISK)
        found = next(told)
        assert kind(found) in ("milepost.risk.assessed.v1", "milepost.no-risks.recorded.v1")


def test_may_be_those_of_one_phase(site: Site) -> None:
    key = site.proposed()
    with listening(site, phase="envision", project=key) as told:
        site.tell(f"{key}/assess-risk", **RISK)
        assert kind(next(told)) == "milepost.risk.assessed.v1", "the proposal is of the portfolio"


def test_may_be_told_as_cdevents(site: Site) -> None:
    key = site.proposed()
    with listening(site, project=key, form="cdevents") as told:
        found = orjson.loads(next(told)["data"])
    assert found["context"]["type"] == "dev.cdeventsx.milepost-project.proposed.1.0.0"
    assert found["subject"]["id"] == f"projects:{key}"


def test_that_are_not_wanted_move_the_place_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    with listening(site, phase="deploy") as told:
        until(lambda: next(told) == {"id": str(site.head)})
    with listening(site, str(site.head), phase="deploy") as told:
        assert next(told) == {"id": str(site.head)}


@pytest.mark.parametrize(
    "asked",
    [{"kind": "os.system"}, {"kind": ""}, {"phase": "operate"}, {"project": "NO KEY"}, {"after": "-1"}, {"form": "x"}],
)
def test_that_there_are_not_are_a_problem(site: Site, asked: dict[str, str]) -> None:
    found = site.client.get("/v1/events", params=asked)
    assert (found.status_code, found.headers["content-type"]) == (422, "application/problem+json")
    assert next(iter(asked)) in found.json()["detail"]


def test_are_told_to_so_many_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    until(lambda: site.service.tail.followers == 0)
    monkeypatch.setattr(events, "MOST_FOLLOWERS", 2)
    with listening(site), listening(site):
        until(lambda: site.service.tail.followers == 2)
        refused = site.client.get("/v1/events")
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/crowded")
    until(lambda: site.service.tail.followers == 0)
    with listening(site) as told:
        assert next(told)["id"] == "1"


def followed(site: Site, number: int) -> list[list[Sent[int]]]:
    """So many requests at once to a service that ends when all are answered; followers as each message is sent."""
    service = replace(site.service)  # its tail lives on one event loop
    app, answered, all_answered = application(service), 0, asyncio.Event()

    def count(message: Message) -> int:
        nonlocal answered
        answered += message["type"] == "http.response.start"
        if answered == number:
            all_answered.set()
        return service.tail.followers

    async def follow() -> list[list[Sent[int]]]:
        async def end() -> None:
            await all_answered.wait()
            await service.tail.end()

        ending = asyncio.create_task(end())
        found = await asyncio.gather(*(exchange(app, "GET", "/v1/events", count) for _ in range(number)))
        await ending
        return found

    return run(follow())


def test_follower_is_counted_from_before_the_first_byte_until_before_the_last(site: Site) -> None:
    [[start, *_, last]] = followed(site, 1)
    assert (start.seen, last.is_last, last.seen) == (1, True, 0)


def test_no_more_followers_are_let_in_at_once_than_may_follow(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_FOLLOWERS", 3)
    statuses = [sent[0].message["status"] for sent in followed(site, 20)]
    assert sorted(statuses) == [200] * 3 + [503] * 17


def test_hold_no_worker_of_the_service(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    key = site.proposed()
    clients = [httpx.Client(base_url=site.client.base_url, timeout=20) for _ in range(45)]
    streams = [client.stream("GET", "/v1/events", params={"after": site.head}) for client in clients]
    opened = [stream.__enter__() for stream in streams]
    until(lambda: site.service.tail.followers == 45)
    told = [blocks(answer.iter_lines()) for answer in opened]
    assert site.tell(f"{key}/assess-risk", **RISK).status_code == 200
    assert site.client.get("/readyz").status_code == 200
    assert [kind([next(one), next(one)][1]) for one in told] == ["milepost.risk.assessed.v1"] * 45
    for answer, client in zip(opened, clients, strict=True):
        answer.close()
        client.close()
