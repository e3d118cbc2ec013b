"""The service: a log, its writer, the read models that follow it, and what the doors are told of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from consumers.read_models.stall_detector import Liveness
from milepost.app.metrics import Meters
from milepost.app.settings import Settings
from milepost.log.store import Log
from milepost.log.stored_event import DamagedLog
from milepost.log.tail import LogTail
from milepost.log.writer import Writer
from milepost.reading.project_queries import Reading
from milepost.reading.read_models import Models

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
STALLED_SECONDS = 30.0


@dataclass(frozen=True)
class Service:
    """All that a running Milepost consists of, made by `bootstrap`."""

    settings: Settings
    log: Log
    writer: Writer
    models: Models
    clock: Callable[[], datetime]
    meters: Meters = field(default_factory=Meters)

    @property
    def reading(self) -> Reading:
        return Reading(self.log)

    @cached_property
    def tail(self) -> LogTail:
        return LogTail(self.log.conninfo)

    @property
    def hosts(self) -> frozenset[str]:
        """The host names under which the service answers."""
        own = urlsplit(self.settings.origin).hostname
        return LOOPBACK.union([own] if own else [])

    def readiness(self) -> dict[str, Any]:
        """Whether the log answers and the read models keep up, and if not, what to look at."""
        alive = self.models.liveness()
        why = self._damaged() or _stalled(alive)
        return {
            "ready": why is None,
            "position": alive.head,
            "read_models": {
                "position": alive.position,
                "events_behind": alive.events_behind,
                "seconds_behind": round(alive.seconds_behind, 3),
                "parked": alive.parked,
            },
            **({"why": why} if why else {}),
        }

    def _damaged(self) -> str | None:
        """Why nothing can be written behind the log's last event."""
        try:
            self.log.sound_head()
        except DamagedLog as damaged:
            return str(damaged)
        return None


def _stalled(alive: Liveness) -> str | None:
    stalled = alive.stopped
    if alive.seconds_stuck > STALLED_SECONDS:
        stalled = f"{alive.stuck} has taken nothing in for {alive.seconds_stuck:.0f} s, and there is more"
    return f"the read models have stalled: {stalled}" if stalled else None
