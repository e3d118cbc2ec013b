"""The webhooks that are registered: kept in PostgreSQL, in the schema `delivery`, with how far each is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from milepost.log.event_selection import EventSelection, select_events
from milepost.webhooks.addresses import Target, target

_EVERY = b"SELECT * FROM delivery.webhooks ORDER BY name"
_DUE = b"SELECT * FROM delivery.webhooks WHERE name = %s AND state = 'active' AND due <= now()"


class NameTaken(ValueError):
    """There is a webhook of this name already."""


@dataclass(frozen=True)
class Hook:
    """A webhook, and how far it is; `private` is the host that may be at a private address, `rate` is per minute."""

    name: str
    url: str
    secret: str = field(repr=False)
    position: int
    private: str | None = None
    project: str | None = None
    kinds: list[str] | None = None
    rate: int | None = None
    state: str = "active"
    failures: int = 0
    due: datetime | None = None
    why: str | None = None
    since: datetime | None = None

    @property
    def target(self) -> Target:
        return target(self.url, self.private)

    @property
    def wanted(self) -> EventSelection:
        return select_events(self.project, self.kinds or ())


def add(connection: Connection[Any], hook: Hook) -> None:
    """Register a webhook. Raises `NameTaken`."""
    try:
        connection.execute(
            "INSERT INTO delivery.webhooks (name, url, secret, private, project, kinds, rate, position)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (hook.name, hook.url, hook.secret, hook.private, hook.project, hook.kinds, hook.rate, hook.position),
        )
    except psycopg.errors.UniqueViolation as error:
        raise NameTaken(f"there is a webhook {hook.name}: choose another name, or remove it first") from error


def remove(connection: Connection[Any], name: str) -> bool:
    """Whether there was such a webhook; there is none now."""
    return connection.execute("DELETE FROM delivery.webhooks WHERE name = %s", (name,)).rowcount > 0


def every(connection: Connection[Any]) -> Sequence[Hook]:
    """All that are registered, by name."""
    with connection.cursor(row_factory=class_row(Hook)) as cursor:
        return cursor.execute(_EVERY).fetchall()


def due(connection: Connection[Any], name: str) -> Hook | None:
    """The webhook if something may be brought there now."""
    with connection.cursor(row_factory=class_row(Hook)) as cursor:
        return cursor.execute(_DUE, (name,)).fetchone()


def advance(connection: Connection[Any], hook: Hook, position: int, pause: float = 0.0) -> bool:
    """Everything up to a position was brought; what comes next waits so many seconds.

    False where somebody has put the webhook elsewhere meanwhile, or another of its name in its place.
    """
    changed = connection.execute(
        "UPDATE delivery.webhooks SET position = %s, failures = 0, why = NULL,"
        " due = clock_timestamp() + make_interval(secs => %s) WHERE (name, since, position) = (%s, %s, %s)",
        (position, pause, hook.name, hook.since, hook.position),
    )
    return changed.rowcount > 0


def fail(connection: Connection[Any], hook: Hook, why: str, seconds: float, state: str) -> bool:
    """What comes next couldn't be brought: try again in so many seconds, or in another state not by itself.

    False where that is of one that was put elsewhere, tried anew, or removed for another of its name meanwhile.
    """
    changed = connection.execute(
        "UPDATE delivery.webhooks SET failures = failures + 1, why = %s, state = %s,"
        " due = clock_timestamp() + make_interval(secs => %s)"
        " WHERE (name, since, position, failures) = (%s, %s, %s, %s)",
        (why.replace("\0", " ")[:500], state, seconds, hook.name, hook.since, hook.position, hook.failures),
    )
    return changed.rowcount > 0


def retry(connection: Connection[Any], name: str, position: int | None = None) -> bool:
    """Bring events there again, from where it stopped or after a position; whether there is such a webhook."""
    changed = connection.execute(
        "UPDATE delivery.webhooks SET state = 'active', failures = 0, why = NULL, due = now(),"
        " position = coalesce(%s, position) WHERE name = %s",
        (position, name),
    )
    return changed.rowcount > 0
