"""Bringing events to webhooks."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from milepost.log.store import Log
from milepost.log.writer import Writer
from milepost.webhooks import delivery
from milepost.webhooks.delivery import Delivering, pause
from milepost.webhooks.http_post import WebhookResponse
from milepost.webhooks.signature import new_secret
from milepost.webhooks.subscriptions import Hook, add, every, remove, retry
from tests.consumers.telling import Telling
from tests.milepost.logs import assess, log, prepared, propose, writer
from tests.milepost.webhooks.receiving import Receiver, proven, receiver
from tests.waiting import running, until

__all__ = ["log", "prepared", "writer"]
ORIGIN = "milepost.example"


@pytest.fixture
def found() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(delivery, "LOOK_SECONDS", 0.05)


def hook_to(found: Receiver, **more: Any) -> Hook:
    return replace(Hook("audit", found.url, new_secret(), 0, "localhost"), **more)


def registered(log: Log, *hooks: Hook) -> None:
    with log.connect() as connection:
        for hook in hooks:
            add(connection, hook)


def now(log: Log, name: str = "audit") -> Hook:
    with log.connect() as connection:
        return next(hook for hook in every(connection) if hook.name == name)


@contextmanager
def bringing(log: Log, *conditions: Callable[[], bool]) -> Generator[None]:
    """Bring, until each of these holds."""
    with running(Delivering(log, ORIGIN).run):
        yield
        for condition in conditions:
            until(condition, "it is brought")


def told(found: Receiver) -> list[bytes]:
    return [got.body for got in found.posted]


def test_brings_the_stored_bytes_in_the_order_of_the_log(log: Log, writer: Writer, found: Receiver) -> None:
    hook = hook_to(found)
    registered(log, hook)
    writer.execute(propose("p"))
    with bringing(log, lambda: now(log).position == log.head().position):
        until(lambda: now(log).position >= 3, "what was there is brought")
        writer.execute(assess("p", "later"))
    assert told(found) == [stored.data for stored in log.events()]
    for got in found.posted:
        assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
        assert got.headers["webhook-request-origin"] == ORIGIN
        assert got.headers["webhook-id"].encode() in got.body
        assert proven(got, hook.secret)


def test_brings_only_what_is_wanted(log: Log, writer: Writer, found: Receiver) -> None:
    for project in ("p", "q"):
        writer.execute(propose(project))
        writer.execute(assess(project, "flood"))
    registered(log, hook_to(found, project="p", kinds=["risk.assessed"]))
    with bringing(log, lambda: now(log).position == log.head().position):
        pass
    wanted = [one.data for one in log.events() if (one.stream, one.kind) == ("project-p", "risk.assessed/1")]
    assert told(found) == wanted
    assert len(wanted) == 1


def test_brings_again_what_was_not_taken_before_what_follows(log: Log, writer: Writer, found: Receiver) -> None:
    writer.execute(propose("p"))
    found.answers = [(500, {}), (302, {}), (204, {}), (429, {"Retry-After": "0"}), (404, {})]
    registered(log, hook_to(found))
    with bringing(log, lambda: now(log).position == log.head().position):
        pass
    first, second, *rest = [stored.data for stored in log.events()]
    assert told(found) == [first, first, first, second, second, second, *rest]
    assert (now(log).failures, now(log).why, now(log).state) == (0, None, "active")


def test_parks_what_is_not_taken_after_many_tries(
    log: Log, found: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "MOST_FAILURES", 4)
    found.answers = [(500, {})] * 4
    registered(log, hook_to(found))
    with bringing(log, lambda: now(log).state == "parked"):
        pass
    assert (len(found.posted), now(log).failures, now(log).why) == (4, 4, "position 1: it answered 500")
    assert "audit is parked: it answered 500" in caplog.text
    with log.connect() as connection:
        assert retry(connection, "audit")
    with bringing(log, lambda: now(log).position == log.head().position):
        pass
    assert told(found)[4:] == [stored.data for stored in log.events()]


def test_counts_failures_anew_after_each_event_that_is_taken(
    log: Log, found: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_FAILURES", 3)
    found.answers = [(500, {}), (500, {}), (204, {}), (500, {}), (500, {}), (204, {})]
    registered(log, hook_to(found))
    with bringing(log, lambda: now(log).position == log.head().position):
        pass
    assert now(log).state == "active"


def test_goes_on_behind_what_is_never_taken_where_it_is_told_to(log: Log, found: Receiver) -> None:
    registered(log, hook_to(found))
    with log.connect() as connection:
        assert retry(connection, "audit", 1)
    with bringing(log, lambda: now(log).position == log.head().position):
        pass
    assert told(found) == [stored.data for stored in log.events()][1:]


def test_brings_nothing_more_to_who_is_gone(log: Log, writer: Writer, found: Receiver) -> None:
    found.answers = [(410, {})]
    registered(log, hook_to(found))
    with bringing(log, lambda: now(log).state == "gone"):
        pass
    writer.execute(propose("p"))
    with running(Delivering(log, ORIGIN).run), receiver() as other:
        registered(log, hook_to(other, name="other"))
        until(lambda: now(log, "other").position == log.head().position, "the other is told")
    assert len(found.posted) == 1


def test_holds_no_other_up_by_one_that_does_not_answer(log: Log, found: Receiver) -> None:
    nobody = replace(hook_to(found), name="nobody", url="http://localhost:9/")
    private = replace(hook_to(found), name="private", url="https://localhost/", private=None)
    registered(log, nobody, private, hook_to(found))
    with bringing(log, lambda: now(log).position == log.head().position, lambda: now(log, "nobody").failures > 0,
                  lambda: now(log, "private").failures > 0):  # fmt: skip
        pass
    assert "refused" in (now(log, "nobody").why or "")
    assert "which is not public" in (now(log, "private").why or "")


def test_is_done_once_however_many_do_it(log: Log, writer: Writer, found: Receiver) -> None:
    for project in range(10):
        writer.execute(propose(f"p{project}"))
    registered(log, hook_to(found))
    several = [Delivering(log, ORIGIN).run for _ in range(3)]
    with running(*several):
        until(lambda: now(log).position == log.head().position, "all is brought")
    assert told(found) == [stored.data for stored in log.events()]


def test_keeps_to_the_rate_that_is_allowed(log: Log, found: Receiver) -> None:
    registered(log, hook_to(found, rate=1))
    with bringing(log, lambda: now(log).position == 1):
        pass
    assert len(found.posted) == 1
    due = now(log).due
    assert due
    assert timedelta(seconds=50) < due - datetime.now(UTC) <= timedelta(seconds=60)


def test_brings_nothing_to_what_was_removed(log: Log, found: Receiver) -> None:
    registered(log, hook_to(found))
    with log.connect() as connection:
        assert remove(connection, "audit")
        assert not remove(connection, "audit")
    with running(Delivering(log, ORIGIN).run), receiver() as other:
        registered(log, hook_to(other, name="other"))
        until(lambda: now(log, "other").position == log.head().position, "the other is told")
    assert found.posted == []


@pytest.mark.parametrize("status", [204, 410, 500])
def test_counts_no_answer_of_one_that_was_removed_for_another_of_its_name(
    log: Log, found: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    registered(log, hook_to(found))
    with receiver() as other:
        found.meanwhile = [lambda: replaced(log, hook_to(other))]
        found.answers = [(status, {})]
        with bringing(log, lambda: now(log).position == log.head().position):
            pass
        assert told(other) == [stored.data for stored in log.events()]
    assert caplog.messages == []


def replaced(log: Log, hook: Hook) -> None:
    with log.connect() as connection:
        assert remove(connection, hook.name)
        add(connection, hook)


def test_is_not_parked_by_the_answer_to_what_was_sent_before_a_retry(
    log: Log, found: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_FAILURES", 2)
    found.meanwhile = [lambda: None, lambda: retried(log)]
    found.answers = [(500, {}), (500, {})]
    registered(log, hook_to(found))
    with bringing(log, lambda: now(log).position == log.head().position):
        pass


def retried(log: Log) -> None:
    with log.connect() as connection:
        assert retry(connection, "audit")


NO_EVENTS = (b"not JSON", b"[]", b'{"id":"a\\r\\nX-Evil: 1"}', b'{"id":7}', b'{"id":""}')


def test_brings_also_what_is_no_event_of_this_release(log: Log, found: Receiver) -> None:
    first = log.head().position + 1
    Telling(log).store(*(("project-odd", n, "odd.kind/9", data) for n, data in enumerate(NO_EVENTS, 1)))
    registered(log, hook_to(found, position=first - 1))
    with bringing(log, lambda: now(log).position == first + len(NO_EVENTS) - 1):
        pass
    assert told(found) == list(NO_EVENTS)
    assert [got.headers["webhook-id"] for got in found.posted] == [
        str(first), str(first + 1), str(first + 2), "7", str(first + 4)
    ]  # fmt: skip
    assert not any("x-evil" in got.headers for got in found.posted)


def test_shows_no_key(log: Log, found: Receiver) -> None:
    hook = hook_to(found)
    assert hook.secret not in repr(hook)


def test_waits_twice_as_long_after_each_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 1.0)
    for failures in range(12):
        assert 0.8 * 2**failures <= pause(failures) <= 1.2 * 2**failures
    assert 0.8 * 3600 <= pause(50) <= 1.2 * 3600


def test_waits_at_least_as_long_as_it_is_asked_to() -> None:
    assert pause(0, WebhookResponse(429, {"retry-after": "77"})) == 77
    assert pause(0, WebhookResponse(503, {"retry-after": "9" * 30})) == 3600
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 90 < pause(0, WebhookResponse(503, {"retry-after": soon})) <= 100
    for nonsense in ("", "-5", "x", "Wed, 99 Foo 2026"):
        assert pause(0, WebhookResponse(503, {"retry-after": nonsense})) < 1
