"""A service whose PostgreSQL goes away and comes back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import Settings
from milepost.embedded.postgres.server import running, start
from tests.milepost.servers import ended, until
from tests.milepost.serving import PROPOSAL, Site, served

HEADERS = {"Milepost-Actor": "ada", "Idempotency-Key": "while-it-was-gone"}


@pytest.fixture
def site(made: Path) -> Iterator[Site]:
    with open_or_create_service(Settings(data=made, log_name="test/gone")) as service, served(service) as found:
        yield found


def kept_waiting(told: httpx.Response) -> bool:
    problem = told.json()
    return told.status_code == problem["status"] == 503 and int(told.headers["retry-after"]) > 0 and problem["detail"]


def test_says_so_and_heals_by_itself(site: Site, made: Path) -> None:
    key = site.proposed()
    site.known("/v1/projects")
    server = running(made)
    assert server is not None
    assert server.pid is not None
    os.kill(server.pid, signal.SIGINT)
    until(lambda: ended(server.pid))
    assert site.client.get("/livez").status_code == 200
    for place in ("/readyz", f"/v1/projects/{key}", "/v1/projects"):
        told = site.client.get(place)
        assert kept_waiting(told), (place, told.text)
        assert str(made) not in told.text
    page = site.client.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, int(page.headers["retry-after"]) > 0) == (503, True)
    told = site.client.post("/v1/projects/late/propose-project", json=PROPOSAL, headers=HEADERS)
    assert kept_waiting(told), told.text
    server.stop()
    with start(made, print):
        until(lambda: site.client.get("/readyz").status_code == 200)
        first, again = (
            site.client.post("/v1/projects/late/propose-project", json=PROPOSAL, headers=HEADERS) for _ in range(2)
        )
        assert (first.status_code, first.json()["version"]) == (200, 1)
        assert first.content == again.content
        standing = {row["project"] for row in site.known("/v1/projects")["projects"]}
        assert {key, "late"} <= standing
