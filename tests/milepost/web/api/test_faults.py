"""Faults: exceptions that no route expects."""

import pytest
from structlog.testing import capture_logs

from milepost.web.app import application
from milepost.web.guard import HEADERS
from tests.looping import run
from tests.milepost.exchange import exchange
from tests.milepost.serving import PROPOSAL, Site, a_key
from tests.milepost.web.api.test_metrics import measured

ROUTE = "/v1/projects/{key}/propose-project"


@pytest.fixture(autouse=True)
def _out_of_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("milepost.log.command_batch.CommandBatch.decide", fail)


def test_answer_to_a_fault_is_measured_and_has_the_safe_headers(site: Site) -> None:
    name = f'milepost_http_seconds_count{{method="POST",route="{ROUTE}",status="500"}}'
    before = measured(site).get(name, 0)
    found = site.client.post(ROUTE.format(key=a_key()), json=PROPOSAL)
    assert (found.status_code, found.json()["type"]) == (500, "/problems/fault")
    assert HEADERS.items() <= {header: found.headers.get(header) for header in HEADERS}.items()
    assert measured(site)[name] == before + 1


def test_fault_is_logged_before_its_answer_is_sent_and_leaves_nothing_to_the_server(site: Site) -> None:
    path = ROUTE.format(key=a_key())
    with capture_logs() as lines:
        sent = run(exchange(application(site.service), "POST", path, lambda _: len(lines), PROPOSAL))
    assert [line["event"] for line in lines] == ["fault"]
    assert [one.seen for one in sent] == [1] * len(sent)
    assert sent[-1].is_last
