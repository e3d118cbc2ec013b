"""Webhooks on the command line."""

from collections.abc import Iterator

import pytest

from tests.milepost.cli.conftest import Run
from tests.milepost.webhooks.receiving import Receiver, receiver


@pytest.fixture
def found() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_are_added_listed_tried_again_and_removed(milepost: Run, found: Receiver) -> None:
    told = milepost("webhook", "add", "audit", found.url, "--private", "localhost", "--kind", "risk.assessed", "--json")
    assert told.code == 0, told.error
    assert told.json["key"].startswith("whsec_")
    listed = milepost("webhook", "list", "--json")
    [hook] = listed.json["webhooks"]
    assert (hook["name"], hook["state"], hook["url"]) == ("audit", "active", found.url)
    assert hook["kinds"] == ["risk.assessed"]
    assert hook["position"] == listed.json["head"], "it is told what comes from now on"
    assert told.json["key"] not in listed.out
    assert milepost("webhook", "retry", "audit", "--after", "0").code == 0
    assert milepost("webhook", "list", "--json").json["webhooks"][0]["position"] == 0
    assert milepost("webhook", "add", "audit", found.url, "--private", "localhost").code == 2
    assert milepost("webhook", "remove", "audit").code == 0
    assert milepost("webhook", "list", "--json").json["webhooks"] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("audit", "https://localhost/"), "not public"),
        (("audit", "http://example.com/"), "--private"),
        (("NO KEY", "https://example.com/"), "no key"),
        (("audit", "https://example.com/", "--kind", "os.system"), "there is no kind"),
        (("audit", "https://example.com/", "--project", "NO KEY"), "no key"),
    ],
)
def test_are_refused_with_what_to_do(milepost: Run, asked: tuple[str, ...], said: str) -> None:
    told = milepost("webhook", "add", *asked)
    assert (told.code, said in told.error) == (2, True), told.error


def test_are_added_where_they_are_wanted_alone(milepost: Run, found: Receiver) -> None:
    found.allowed = {}
    told = milepost("webhook", "add", "audit", found.url, "--private", "localhost")
    assert told.code == 2
    assert "doesn't allow events from 127.0.0.1" in told.error


def test_that_there_are_not_are_named(milepost: Run) -> None:
    for asked in ("retry", "remove"):
        told = milepost("webhook", asked, "nobody")
        assert (told.code, "there is no webhook nobody" in told.error) == (2, True)
