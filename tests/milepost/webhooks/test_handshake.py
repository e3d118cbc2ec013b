"""The handshake before anything is brought."""

import socket

import pytest

from milepost.webhooks.addresses import Forbidden, Target, target
from milepost.webhooks.handshake import allowed_rate
from tests.milepost.webhooks.receiving import Receiver, receiver

ORIGIN = "milepost.example"


def hook(found: Receiver) -> Target:
    return target(found.url, private="localhost")


@pytest.mark.parametrize("allowed", ["*", ORIGIN])
def test_asks_whether_events_from_here_are_wanted(allowed: str) -> None:
    with receiver() as found:
        found.allowed = {"WebHook-Allowed-Origin": allowed}
        assert allowed_rate(hook(found), ORIGIN) is None
    [got] = found.got
    assert (got.method, got.path, got.headers["webhook-request-origin"]) == ("OPTIONS", "/hook?a=b", ORIGIN)


@pytest.mark.parametrize(
    ("given", "rate"), [("120", 120), ("*", None), ("0", None), ("x", None), ("99999999", 60_000), ("9" * 50, None)]
)
def test_is_told_how_often_it_may_send(given: str, rate: int | None) -> None:
    with receiver() as found:
        found.allowed = {"WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": given}
        assert allowed_rate(hook(found), ORIGIN) == rate


@pytest.mark.parametrize("allowed", [{}, {"WebHook-Allowed-Origin": "other.example"}, {"Allow": "POST"}])
def test_takes_nothing_else_for_a_yes(allowed: dict[str, str]) -> None:
    with receiver() as found:
        found.allowed = allowed
        with pytest.raises(Forbidden, match=rf"doesn't allow events from {ORIGIN}.* let it answer"):
            allowed_rate(hook(found), ORIGIN)


def test_says_that_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Forbidden, match="doesn't answer: localhost at 127"):
        allowed_rate(target(f"http://localhost:{port}/", private="localhost"), ORIGIN)
