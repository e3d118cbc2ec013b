"""What holds of every address that is read: HEAD, filters, moments, and what a parked stream is answered."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from tests.milepost.serving import Site

READ = (
    "/livez", "/readyz", "/metrics", "/v1/projects", "/v1/projects/{key}", "/v1/projects/{key}/why",
    "/v1/projects/{key}/events", "/v1/projects/{key}/trail", "/v1/projects/{key}/gates", "/v1/projects/{key}/phases",
    "/v1/due", "/v1/waiting", "/v1/inbox", "/v1/trail", "/v1/events", "/v1/effectiveness/gates",
    "/v1/effectiveness/gates/n", "/v1/openapi.json", "/", "/projects/{key}", "/projects/{key}/events/1",
    "/effectiveness", "/inbox", "/policy", "/problems",
)  # fmt: skip
MOMENT = re.compile(r'"(\d{4}-\d\d-\d\dT[^"]*)"')


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.before_a_shut_gate()


@pytest.mark.parametrize("place", READ)
def test_head_has_the_status_and_headers_of_get_and_no_content(site: Site, key: str, place: str) -> None:
    address = place.format(key=key)
    head = site.client.head(address)
    with site.client.stream("GET", address) as get:
        assert (head.status_code, head.content) == (get.status_code, b"") == (200, b"")
        assert head.headers.keys() == get.headers.keys()
        assert head.headers["content-type"] == get.headers["content-type"]


def test_address_says_which_methods_it_has(site: Site) -> None:
    assert site.client.delete("/v1/projects").headers["allow"] == "GET, HEAD"
    assert site.client.head("/v1/projects/no-such").status_code == 404
    assert site.client.head("/v1/projects/a/assess-risk").status_code == 405


def test_moment_of_one_answer_is_taken_by_every_other(site: Site, key: str) -> None:
    answers = [site.client.get(place.format(key=key)) for place in READ if place.startswith("/v1/pro")]
    moments = {moment for answer in answers for moment in MOMENT.findall(answer.text)}
    assert len(moments) > 10
    for moment in list(moments)[:20]:
        for address in ("/v1/trail?since=", "/v1/trail?until=", f"/v1/projects/{key}?as_at="):
            for written in (moment, moment.replace("Z", "+00:00"), moment.replace("Z", "%2B00:00").replace("T", "%20")):
                assert site.client.get(address + written).status_code in (200, 404), (address, written)


def test_filter_takes_every_value_that_exists(site: Site, key: str) -> None:
    filters = {
        "/v1/projects": ("state", "phase", "category", "discipline", "origin"),
        "/v1/trail": ("who", "kind"),
        "/v1/waiting": ("role",),
    }
    for place, names in filters.items():
        rows = site.known(place, **({"limit": 200} if place != "/v1/waiting" else {}))[place.rpartition("/")[2]]
        assert rows, place
        for name in names:
            for value in {row[name] for row in rows if name in row}:
                found = site.known(place, **{name: value})[place.rpartition("/")[2]]
                assert {row[name] for row in found} == {value}, (place, name)


def test_kind_without_its_version_stands_for_every_version(site: Site, key: str) -> None:
    whole, short = (site.known("/v1/trail", kind=kind)["trail"] for kind in ("project.proposed/1", "project.proposed"))
    assert whole == short != []


@contextmanager
def parked(site: Site, key: str, version: int) -> Generator[int]:
    """A project that the read model of gates has set aside from a version on; the position of its event."""
    position = site.service.log.read_streams([f"project-{key}"], version - 1)[0].position
    row = ("gates_v1_1", f"project-{key}", version, position, "risk.assessed/1", "it can't be read")
    with psycopg.connect(site.service.settings.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO models.parked (model, stream, version, position, kind, why) VALUES (%s, %s, %s, %s, %s, %s)",
            row,
        )
        yield position
        connection.execute("DELETE FROM models.parked WHERE stream = %s", (f"project-{key}",))


def test_parked_project_is_never_said_to_be_contained(site: Site) -> None:
    key, other = site.proposed(), site.proposed()
    for name in ("flood", "fire"):
        site.tell(f"{key}/assess-risk", risk=name, statement="it comes")
    site.known("/v1/projects")
    with parked(site, key, version=2) as position:
        for wait_for in (f"project-{key}:2", f"project-{key}:3"):
            for place in ("/v1/projects", f"/v1/projects/{key}/gates", f"/v1/projects/{other}/gates"):
                assert_parked(site.client.get(place, params={"wait_for": wait_for}), key, position)
        assert_parked(site.client.get(f"/v1/projects/{key}/trail", params={"wait_for": site.head}), key, position)
        assert site.client.get("/v1/projects", params={"wait_for": f"project-{key}:1"}).status_code == 200
        assert site.client.get(f"/v1/projects/{key}/gates", params={"wait_for": position - 1}).status_code == 200
        assert site.client.get(f"/v1/projects/{other}/trail", params={"wait_for": site.head}).status_code == 200


def assert_parked(found: httpx.Response, key: str, position: int) -> None:
    problem: dict[str, Any] = found.json()
    assert (found.status_code, problem["type"]) == (503, "/problems/parked"), problem
    assert (problem["stream"], problem["version"], problem["position"]) == (f"project-{key}", 2, position)
    assert f"project-{key} is parked at version 2" in problem["detail"]
    assert "retry-after" not in found.headers, "it does not pass by itself"


def test_list_names_the_streams_that_it_does_not_contain(site: Site) -> None:
    key = site.proposed()
    site.tell(f"{key}/assess-risk", risk="flood", statement="it comes")
    with parked(site, key, version=2) as position:
        left_out = {"stream": f"project-{key}", "version": 2, "position": position}
        assert left_out in site.known("/v1/waiting")["as_of"]["parked"]
        assert "parked" not in site.known("/v1/trail")["as_of"], "the trail is another read model"
    assert "parked" not in site.known("/v1/waiting")["as_of"]
