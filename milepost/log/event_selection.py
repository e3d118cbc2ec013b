"""The selection of events that a subscriber wants, and its query of the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import domain.commands  # noqa: F401 # pyright: ignore[reportUnusedImport] (with it every kind is known)
from domain.event import catalogue
from domain.lifecycle import Phase
from milepost.log.store import Log
from milepost.log.stored_event import LogEntry

MOST_AT_ONCE = 100
LOOKED_THROUGH = 10_000


class NoSuchKind(ValueError):
    """There is no such kind of event. Says where the kinds are listed."""


class SelectedPage(NamedTuple):
    """The next selected events, and the position up to which the log was searched."""

    events: Sequence[LogEntry]
    end: int


@dataclass(frozen=True)
class EventSelection:
    """The selected events: of one project, of some kinds, or all."""

    project: str | None = None
    kinds: tuple[str, ...] | None = None

    def next(self, log: Log, after: int, head: int) -> SelectedPage:
        """The next selected events after a position, at most up to the head. Raises `psycopg.Error`."""
        until = head if self.project else min(head, after + LOOKED_THROUGH)
        stream = f"project-{self.project}" if self.project else None
        events = log.read_filtered(after, until, MOST_AT_ONCE, stream, self.kinds)
        return SelectedPage(events, events[-1].position if len(events) == MOST_AT_ONCE else until)


def select_events(project: str | None = None, kinds: Sequence[str] = (), phase: Phase | None = None) -> EventSelection:
    """Build a selection; all its conditions apply. A kind may be named without its version: `risk.assessed`.

    Raises `NoSuchKind`.
    """
    if not kinds and phase is None:
        return EventSelection(project)
    named = {kind for name in kinds for kind in _named(name)} if kinds else set(catalogue())
    of_phase = {kind for kind in named if phase in (None, phase_of(kind))}
    return EventSelection(project, tuple(sorted(of_phase)))


def phase_of(kind: str) -> Phase | None:
    """The phase that a kind declares; None for what may happen in any phase, like a review."""
    function = catalogue()[kind].event.function
    return function if isinstance(function, Phase) else None


def _named(name: str) -> list[str]:
    found = [kind for kind in catalogue() if name in (kind, kind.rpartition("/")[0])]
    if not found:
        raise NoSuchKind(f"there is no kind {name[:80]!r}: docs/events.md lists them, like risk.assessed")
    return found
