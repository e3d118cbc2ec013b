"""The page on subscribing."""

import re
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest
from fastapi.routing import APIRoute

from consumers.cloud_event import EventRecord
from consumers.kafka.subscriber import Subscriber
from milepost.web.api import events
from milepost.webhooks import delivery, http_post

PAGE = Path("docs/subscribe.md").read_text("utf-8")


def test_shows_a_subscriber_that_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    ran: list[Event] = []

    def run(_: Subscriber, stop: Event) -> None:
        ran.append(stop)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Subscriber, "run", run)
    shown: dict[str, Any] = {}
    exec(found[1], shown)
    assert len(ran) == 1
    shown["handle"](EventRecord(7, "project-p", 3, "risk.assessed/1", b"{}", 0))
    assert capsys.readouterr().out == "7 project-p 3 risk.assessed/1 {}\n"
    shown["store"].close()


def test_names_every_parameter_of_the_stream() -> None:
    [route] = [one for one in events.event_routes(cast("Any", None)).routes if isinstance(one, APIRoute)]
    asked = {one.name for one in route.dependant.query_params}
    assert set(re.findall(r"^\| `(\w+)(?:=\w+)?` \|", PAGE, re.MULTILINE)) == asked


def test_says_the_limits_that_hold() -> None:
    assert f"every {events.HEARTBEAT_SECONDS:.0f} seconds" in PAGE
    assert f"At most {events.MOST_FOLLOWERS} may listen" in PAGE
    assert f"After {delivery.MOST_FAILURES} times in a row" in PAGE
    assert f"an answer has {http_post.PATIENCE_SECONDS:.0f} seconds" in PAGE
