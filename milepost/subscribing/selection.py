"""Selection: which events a subscriber wants, and how they are found in the log."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composable

import domain.commands  # noqa: F401 # pyright: ignore[reportUnusedImport] (with it every kind is known)
from domain.event import catalogue
from domain.lifecycle import Phase
from milepost.log import Log
from milepost.stored import Stored

MOST_AT_ONCE = 100
LOOKED_THROUGH = 10_000
HEAD = "SELECT coalesce(max(notification_id), 0) FROM log.events"
_EVENTS = SQL("""
    SELECT notification_id, originator_id, originator_version, topic, state FROM log.events
    WHERE {} ORDER BY notification_id LIMIT %(most)s
    """)


class NoSuchKind(ValueError):
    """There is no such kind of event. Says where the kinds are listed."""


class Found(NamedTuple):
    """What was found next, and up to which position the log was looked through."""

    events: Sequence[Stored]
    end: int


@dataclass(frozen=True)
class Selection:
    """Which events are wanted: of one project, of some kinds; nothing set: all."""

    project: str | None = None
    kinds: tuple[str, ...] | None = None

    def next(self, log: Log, after: int, head: int) -> Found:
        """Some of what is wanted behind a position, up to the head. Raises `psycopg.Error`."""
        until = head if self.project else min(head, after + LOOKED_THROUGH)
        with _cursor(log) as cursor:
            cursor.execute(_EVENTS.format(self._condition()), self._parameters(after, until))
            events = [Stored(*row) for row in cursor.fetchall()]
        return Found(events, events[-1].position if len(events) == MOST_AT_ONCE else until)

    def _condition(self) -> Composable:
        asked: list[Composable] = [SQL("notification_id > %(after)s AND notification_id <= %(until)s")]
        if self.project:
            asked.append(SQL("originator_id = %(stream)s"))
        if self.kinds is not None:
            asked.append(SQL("topic = ANY(%(kinds)s)"))
        return SQL(" AND ").join(asked)

    def _parameters(self, after: int, until: int) -> dict[str, Any]:
        return {
            "after": after,
            "until": until,
            "stream": f"project-{self.project}",
            "kinds": list(self.kinds or ()),
            "most": MOST_AT_ONCE,
        }


def head_of(log: Log) -> int:
    """The position where the log ends now, be its last event one that can be read or not. Raises `psycopg.Error`."""
    with _cursor(log) as cursor:
        found = cursor.execute(HEAD).fetchone()
    return found[0] if found else 0


@contextmanager
def _cursor(log: Log) -> Generator[Cursor[tuple[Any, ...]]]:
    pool = log.store.datastore.pool
    pool.open()
    with pool.connection(timeout=5) as connection, connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        yield cursor


def selection(project: str | None = None, kinds: Sequence[str] = (), phase: Phase | None = None) -> Selection:
    """What somebody asks for; all of it must hold. A kind may be named without its version: `risk.assessed`.

    Raises `NoSuchKind`.
    """
    if not kinds and phase is None:
        return Selection(project)
    named = {kind for name in kinds for kind in _named(name)} if kinds else set(catalogue())
    of_phase = {kind for kind in named if phase in (None, phase_of(kind))}
    return Selection(project, tuple(sorted(of_phase)))


def phase_of(kind: str) -> Phase | None:
    """The phase that a kind declares; None for what may happen in any phase, like a review."""
    function = catalogue()[kind].event.function
    return function if isinstance(function, Phase) else None


def _named(name: str) -> list[str]:
    found = [kind for kind in catalogue() if name in (kind, kind.rpartition("/")[0])]
    if not found:
        raise NoSuchKind(f"there is no kind {name[:80]!r}: docs/events.md lists them, like risk.assessed")
    return found
