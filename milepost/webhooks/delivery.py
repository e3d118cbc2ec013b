"""Bringing events to webhooks: in the order of the log, at least once, again after a while, and not for ever."""

import logging
import random
import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Any

import orjson
import psycopg
from psycopg import Connection

from milepost.log.event_feed import LogFeed
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry
from milepost.webhooks.addresses import Forbidden
from milepost.webhooks.http_post import Unanswered, WebhookResponse, send
from milepost.webhooks.signature import signed
from milepost.webhooks.subscriptions import Hook, advance, due, every, fail

MOST_AT_ONCE = 8
MOST_FAILURES = 12
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 3_600.0
LOOK_SECONDS = 1.0
GONE = 410
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_VISIBLE = re.compile("[!-~]{1,200}")
_LOCK = "SELECT pg_try_advisory_lock(hashtext('milepost webhook'), hashtext(%s))"
_log = logging.getLogger("milepost.webhooks")


class Delivering:
    """Brings events to every webhook; any number of these may run. `origin` is how receivers know this service."""

    def __init__(self, log: Log, origin: str) -> None:
        self._log, self._origin, self._feed = log, origin, LogFeed(log)
        self._under_way: dict[str, Future[None]] = {}
        self._stop = Event()

    def run(self, stop: Event) -> None:
        """Bring what there is, and what comes, until told to stop."""
        self._stop = stop
        with ThreadPoolExecutor(MOST_AT_ONCE, "webhook") as pool:
            while not stop.is_set():
                try:
                    self._look(pool)
                except psycopg.OperationalError as error:
                    _log.warning("waits for the database: %s", " ".join(str(error).split()))
                    stop.wait(LOOK_SECONDS)

    def _look(self, pool: ThreadPoolExecutor) -> None:
        with self._log.connect() as connection:
            while not self._stop.is_set():
                head = self._feed.head().position
                for hook in every(connection):
                    known = self._under_way.get(hook.name)
                    if hook.state == "active" and (known is None or known.done()):
                        self._under_way[hook.name] = pool.submit(self._bring, hook.name, head)
                self._feed.wait(head, LOOK_SECONDS)

    def _bring(self, name: str, head: int) -> None:
        """Bring one webhook what it lacks, unless another process does."""
        try:
            with self._log.connect() as connection:
                locked = connection.execute(_LOCK, (name,)).fetchone()
                while locked == (True,) and not self._stop.is_set() and self._some(connection, name, head):
                    pass
        except Exception as error:  # what befalls one webhook must not hold up the others
            _log.error("%s is not brought anything for now: %s", name, " ".join(str(error).split()))

    def _some(self, connection: Connection[Any], name: str, head: int) -> bool:
        """Bring some; whether there may be more at once."""
        hook = due(connection, name)
        if hook is None or hook.position >= head:
            return False
        events, end = hook.wanted.next(self._log, hook.position, head)
        for stored in events:
            if self._stop.is_set() or not self._deliver(connection, hook, stored):
                return False
            hook = replace(hook, position=stored.position, failures=0)
        return hook.position >= end or advance(connection, hook, end)

    def _deliver(self, connection: Connection[Any], hook: Hook, stored: LogEntry) -> bool:
        """Bring one event; whether the next may follow at once."""
        answer: WebhookResponse | None = None
        try:
            answer = send(hook.target, "POST", self._headers(hook, stored), stored.data)
            why = f"it answered {answer.status}"
        except (Forbidden, Unanswered) as error:
            why = str(error)
        if answer and 200 <= answer.status < 300:
            rest = 60 / hook.rate if hook.rate else 0.0
            return advance(connection, hook, stored.position, rest) and not rest
        state = "gone" if answer and answer.status == GONE else _state(hook.failures + 1)
        if fail(connection, hook, f"position {stored.position}: {why}", pause(hook.failures, answer), state):
            _log.log(logging.WARNING if state == "active" else logging.ERROR, "%s is %s: %s", hook.name, state, why)
        return False

    def _headers(self, hook: Hook, stored: LogEntry) -> dict[str, str]:
        proof = signed(hook.secret, _id_of(stored), int(time.time()), stored.data)
        return {"Content-Type": CONTENT_TYPE, "WebHook-Request-Origin": self._origin, **proof}


def _state(failures: int) -> str:
    return "parked" if failures >= MOST_FAILURES else "active"


def pause(failures: int, answer: WebhookResponse | None = None) -> float:
    """How many seconds to wait after so many failures: twice as long each time, at least as long as is asked for."""
    own: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures) * random.uniform(0.8, 1.2)  # noqa: S311 (only spreads them)
    return max(own, _asked(answer.headers.get("retry-after", "")) if answer else 0.0)


def _asked(text: str) -> float:
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return min(max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()), LONGEST_PAUSE)


def _id_of(stored: LogEntry) -> str:
    """The event's own id; its position where that is nothing that a header may hold."""
    try:
        found = str(orjson.loads(stored.data)["id"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        found = ""
    return found if _VISIBLE.fullmatch(found) else str(stored.position)
